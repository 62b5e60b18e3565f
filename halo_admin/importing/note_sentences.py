"""What a reading of notes tells: whose were read, and whose were not."""

from datetime import datetime

from ..web.words import day, plural

ASKED = "Halo does not list contacts' notes with their clients: {asked} were asked for theirs one by one."
NOT_KNOWN = (
    "No note about a contact came with the clients' lists, and {asked} asked one by one had none: whether Halo lists "
    "them with their clients is not known yet. You may have each contact asked."
)


def told_of_reading(told: dict) -> list[str]:
    """Sentences on facts["notes_read"] of a run (noting.py)."""
    sentences = [f"The notes of {plural(told['clients'], 'client')} were read."]
    if told["failed"]:
        sentences.append(f"{plural(told['failed'], 'request')} for notes gave nothing; see the last problems.")
    if told["earlier"]:
        clients, since = plural(told["earlier"], "linked client"), day(datetime.fromisoformat(told["oldest"]))
        sentences.append(f"Not read this time: {clients}, last read on {since} or later.")
    if told["never"]:
        sentences.append(f"Never read yet: the notes of {plural(told['never'], 'linked client')}.")
    if told["lists_contacts"] is False:
        asked = plural(told["contacts"], "contact or site", "contacts and sites")
        sentences.append(ASKED.format(asked=asked))
    if told["lists_contacts"] is None:
        sentences.append(NOT_KNOWN.format(asked=plural(told["contacts"], "contact")))
    return sentences
