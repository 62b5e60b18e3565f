"""The account's own opportunity statuses, in the order it keeps them; each is open, won or lost."""

from ..db import db
from .models import STARTING_STATUSES, OpportunityStatus
from .own_lists import OwnList


def _using():
    opportunities = db.metadata.tables.get("opportunities")
    return None if opportunities is None else opportunities.c.status_id


STATUSES = OwnList(
    OpportunityStatus, "status", "opportunity status", using=_using, users=("opportunity", "opportunities"), reserved={}
)
STATUSES.begins_with([{"name": name, "kind": kind} for name, kind in STARTING_STATUSES.items()])

statuses = STATUSES.all
