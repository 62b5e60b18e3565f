"""What practice data leaves beside its records: lines in histories, opt-outs, people who came in from its agents."""

import sqlalchemy as sa

from ..accounts.models import User
from ..bulk import execute
from ..crm.change_models import RecordChange
from ..crm.contact_models import Contact, ContactList, OptOut
from ..crm.models import Company
from ..crm.opportunity_models import Opportunity
from ..db import among, db, owned
from ..mirror.models import HaloRecord
from . import above

KINDS = {Company: "company", Contact: "contact", Opportunity: "opportunity"}
# what people did between a record and Halo: all of it was the practice Halo, for no other was connected before
WITH_HALO = ("linked", "unlinked", "kept out", "brought back")
UNSUBSCRIBED, TYPED = "unsubscribed", ("edited", "loaded")


def users(tenant, who_signed_in: bool) -> list[User]:
    """The users who came in from this tenant's agents: those who have chosen a password, or all others."""
    agents = sa.select(HaloRecord.email_key).where(HaloRecord.tenant_id == tenant.id, HaloRecord.kind == "agent")
    linked = agents.with_only_columns(HaloRecord.ours_id).where(HaloRecord.ours_id.is_not(None))
    is_one = sa.or_(
        User.email.in_(agents.where(HaloRecord.email_key.is_not(None))), User.email.is_(None) & User.id.in_(linked)
    )
    came = owned(User, tenant.account_id).where(is_one, User.created_at >= tenant.created_at)
    signed_in = User.password_hash.is_not(None)
    return list(db.session.scalars(came.where(signed_in if who_signed_in else ~signed_in).order_by(User.name, User.id)))


def forget_histories(tenant, models: dict) -> None:
    """Remove the lines of records that these imports made and that are gone, and of what was linked to this Halo; and
    of lists that are gone. models: {stage: model}. In a writing transaction.
    """
    for stage, model in models.items():
        if kind := KINDS.get(model):
            made = RecordChange.record_id.in_(above.created_by(tenant.id, stage))
            _forget(tenant, RecordChange.kind == kind, made, _is_gone(model))
            with_halo = (RecordChange.what.in_(WITH_HALO), RecordChange.at >= tenant.created_at)
            _forget(tenant, RecordChange.kind == kind, *with_halo)
    _forget(tenant, RecordChange.kind == "list", RecordChange.at >= tenant.created_at, _is_gone(ContactList))


def forget_opt_outs(tenant) -> None:
    """Remove what contacts of this Halo, deleted here meanwhile, had opted out of. In a writing transaction."""
    theirs = sa.select(HaloRecord.email_key).where(HaloRecord.tenant_id == tenant.id, HaloRecord.kind == "user")
    kept = sa.delete(OptOut).where(OptOut.account_id == tenant.account_id, OptOut.at >= tenant.created_at)
    gone = kept.where(OptOut.email_key.in_(theirs.where(HaloRecord.email_key.is_not(None))))
    execute(gone)


def unsubscribed(tenant) -> dict[int, list[int]]:
    """{contact id: the lines of its history that tell it} of contacts that these imports unsubscribed though no record
    of Halo's came into them. A line is left aside once a person has changed the flag after it.
    """
    mine = (RecordChange.account_id == tenant.account_id, RecordChange.kind == "contact")
    told = (*mine, RecordChange.what == UNSUBSCRIBED, RecordChange.at >= tenant.created_at)
    theirs = RecordChange.record_id.in_(sa.select(RecordChange.record_id).where(*told))
    lines = sa.select(RecordChange).where(*mine, theirs, RecordChange.what.in_((UNSUBSCRIBED, *TYPED)))
    found, typed_since = {}, set()
    for line in db.session.scalars(lines.order_by(RecordChange.id.desc())):
        if line.what in TYPED and "unsubscribed" in line.changes:
            typed_since.add(line.record_id)
        elif line.what == UNSUBSCRIBED and line.record_id not in typed_since:
            found.setdefault(line.record_id, []).append(line.id)
    return found


def take_back_unsubscribing(tenant) -> None:
    """Those contacts are subscribed again, and the lines go. In a writing transaction."""
    found = unsubscribed(tenant)
    again = sa.update(Contact).where(Contact.account_id == tenant.account_id, among(Contact.id, list(found)))
    again = again.values(unsubscribed=False, version=Contact.version + 1)
    execute(again)
    _forget(tenant, among(RecordChange.id, [line_id for lines in found.values() for line_id in lines]))


def _is_gone(model):
    return ~sa.exists().where(model.id == RecordChange.record_id)


def _forget(tenant, *which):
    gone = sa.delete(RecordChange).where(RecordChange.account_id == tenant.account_id, *which)
    execute(gone)
