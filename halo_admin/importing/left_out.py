"""Why an import leaves out a record, or the contacts of one, that a person no longer wants."""

from ..mirror import tombstones

# what groups records that are left out in a report, by how they came to be
WHYS = {
    "answered": "left out by a person's answer",
    "deleted": "deleted here by a person",
    "unlinked": "unlinked here by a person",
    "never": "never to be imported, as a person said",
}
# the same for the contacts of such a company
WHYS_OF_COMPANY = {
    "answered": "its company was left out by a person's answer",
    "deleted": "its company was deleted here by a person",
    "unlinked": "its company was unlinked here by a person",
    "never": "its company is never to be imported, as a person said",
}


def reason(answer: dict, situation) -> tuple[str, str]:
    """(sentence, what groups it) of a record with a tombstone."""
    return tombstones.sentence(answer, situation.day(answer["at"])), WHYS[tombstones.how_of(answer)]


def reason_of_company(client, situation) -> tuple[str, str]:
    """The same for a contact of such a client."""
    answer, its = client.answer, f"its company, {client.label}"
    return (
        tombstones.sentence_about(its, answer, situation.day(answer["at"])),
        WHYS_OF_COMPANY[tombstones.how_of(answer)],
    )


def is_told_by(why: str) -> bool:
    """Whether a report's reason is one that the list of what is left out has more on."""
    return why in WHYS.values() or why in WHYS_OF_COMPANY.values()
