"""Who changed a field while somebody else had the form open."""

from ..db import db, owned
from .change_models import RecordChange

LOOKED_AT = 20  # lines of the record's history, from its end


def who(noun: str, record, now_there: dict[str, str | None]) -> dict[str, str]:
    """{field: the name of the person who gave it its present value}; imports are not among them.

    now_there are the present values as the history has them.
    """
    lines = owned(RecordChange, record.account_id).where(
        RecordChange.kind == noun, RecordChange.record_id == record.id
    )  # fmt: skip
    found, settled = {}, set()
    for line in db.session.scalars(lines.order_by(RecordChange.id.desc()).limit(LOOKED_AT)):
        for field in now_there.keys() & line.changes.keys() - settled:
            settled.add(field)
            if line.changes[field][1] == now_there[field]:
                found[field] = line.by
    return found
