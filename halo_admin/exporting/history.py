"""What was sent of one record, for its history."""

from ..crm.history import Change, Entry, source
from ..web.words import capital
from . import exports
from .fields import KINDS

WHATS = {"done": "Sent to Halo", "partly": "Sent to Halo in part", "refused": "Refused by Halo",
         "failed": "Not sent to Halo", "unknown": "Sent to Halo: not known what became of it",
         "given up": "Not sent to Halo", "sending": "Being sent to Halo"}  # fmt: skip
WHATS |= dict.fromkeys(("looking", "where", "ready"), "Made in Halo, and not linked to it")
TOLD = {"written": "", "kept": "Halo kept its own.", "refused": "Refused: {words}", "not known": "Not known: {words}",
        "not sent": "Not sent: {words}"}  # fmt: skip


@source("company", "exports")
@source("contact", "exports")
def by_exports(record, before: int, most: int) -> list[Entry]:
    """What people sent, with what Halo held before and after."""
    kind = next(kind for kind in KINDS.values() if kind.model is type(record))
    return [_entry(one, kind) for one in exports.sent(kind.key, record, most, before)]


def _entry(one, kind):
    changes = [_change(result, kind) for result in one.results or ()]
    made = "made it" if one.is_new else ""
    where = f"{capital(kind.theirs)} {one.halo_id}" if one.halo_id else ""
    note = " · ".join(filter(None, (where, made, one.said)))
    return Entry(one.id, one.sent_at, WHATS.get(one.state, "Sent to Halo"), one.by_name, changes, note)


def _change(result, kind):
    field = kind.named(result["field"])
    told = TOLD[result["outcome"]].format(words=result["words"])
    name = field.column if field else result["field"]
    # what was sent is Halo's new value, and tells nothing of where ours comes from
    return Change(name, result["label"], result["before"], result["after"], False, told)
