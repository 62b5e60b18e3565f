"""Practice data: connecting the practice Halo to try everything out, and leaving it again with all it brought in."""

from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app

from .. import audit
from ..bulk import execute
from ..crm import changes, held, lacks, linked, lists, words
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..crm.note_models import Note
from ..crm.opportunity_models import Opportunity
from ..db import db, owned
from ..mirror.models import HaloRecord, HaloTenant
from ..practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from . import above, credentials, putting_back, tenants, traces
from .models import Connection, ConnectionCheck
from .opening import connection_of

# what imports bring in, by stage, in the order in which it can go; each has made_by_run and edited_at
BROUGHT_IN = {"notes": Note, "opportunities": Opportunity, "contacts": Contact, "companies": Company}
AT_ONCE = 1000
LEFT = "Practice data was left"
# what stays points to nothing that goes: (model, column, what it points to)
POINTING = (
    (Contact, "company_id", Company),
    (Opportunity, "company_id", Company),
    (Opportunity, "contact_id", Contact),
)


class NotNow(ValueError):
    """This cannot be done at the moment; the text says why."""


class Loss(NamedTuple):
    """Records of a stage that stay, and what they lose by it that something else goes: "company", "salesperson"."""

    stage: str
    what: str
    records: list


def available(account_id: int) -> bool:
    """Whether this account may try with practice data: no check of its connection has ever passed, and it has no
    records of its own.
    """
    return bool(current_app.config["PRACTICE_URL"]) and not _was_connected(account_id) and not _has_any(account_id)


def is_on(account_id: int) -> bool:
    """Whether the account is connected to the practice Halo."""
    query = sa.select(HaloTenant.practice).join(Connection, Connection.tenant_id == HaloTenant.id)
    return bool(db.session.scalar(query.where(Connection.account_id == account_id)))


def connect(account_id: int) -> Connection:
    """Connects the practice Halo; a check has still to pass. Raises NotNow.

    In a writing transaction the caller commits.
    """
    if not available(account_id):
        raise NotNow("Practice data is for an account that never was connected and has no records of its own.")
    typed = credentials.Typed(
        url=current_app.config["PRACTICE_URL"], client_id=PRACTICE_CLIENT_ID, secret=PRACTICE_CLIENT_SECRET
    )
    connection, _notes = credentials.save(account_id, typed, other_tenant_is_meant=True)
    connection.tenant.practice = True
    return connection


def to_be_removed(account_id: int) -> dict[str, int]:
    """{stage: how many records leaving removes}: what imports of the practice Halo made and nobody edited. Its people
    count as "users".
    """
    tenant = _tenant(account_id)
    counts = {stage: _count(_going(model, tenant)) for stage, model in _in_order()}
    return {"users": len(traces.users(tenant, who_signed_in=False))} | counts


def to_stay(account_id: int) -> dict[str, list]:
    """{stage: the records that imports of the practice Halo made and people edited since, or hung something on}: they
    stay. So do "users" who have signed in.
    """
    tenant = _tenant(account_id)
    made = {stage: _made(model, tenant).where(_touched(model, tenant)) for stage, model in _in_order()}
    stay = {
        stage: list(db.session.scalars(query.order_by(BROUGHT_IN[stage].name, BROUGHT_IN[stage].id)))
        for stage, query in made.items()
    }
    return {"users": traces.users(tenant, who_signed_in=True)} | stay


def to_be_put_back(account_id: int) -> dict[str, int]:
    """{stage: into how many records of people's own practice data has written}: leaving takes that back."""
    tenant = _tenant(account_id)
    changed = {stage: set(putting_back.own_records(tenant, stage, model)) for stage, model in _in_order()}
    changed["contacts"] |= putting_back.of_people(tenant, Contact, traces.unsubscribed(tenant)).keys()
    return {stage: len(ids) for stage, ids in changed.items()}


def to_be_let_go(account_id: int) -> list[Loss]:
    """The records that stay and lose the company, the contact or the salesperson they have, which go."""
    tenant = _tenant(account_id)
    going = [user.id for user in traces.users(tenant, who_signed_in=False)]
    lost = [(model, column, _going(goal, tenant)) for model, column, goal in POINTING]
    lost += [(one.model, one.column, going) for one in held.HOLDINGS]
    losses = [
        Loss(stage, column.removesuffix("_id"), _those(model, *_losing(model, column, gone, tenant)))
        for stage, model in _in_order()
        for one, column, gone in lost
        if one is model
    ]
    return [loss for loss in losses if loss.records]


def _those(model, *where):
    return list(db.session.scalars(sa.select(model).where(*where).order_by(model.name, model.id)))


def _in_order():
    """Stages and models in the order users walk them."""
    return reversed(BROUGHT_IN.items())


def leave(account_id: int, by=None) -> dict[str, int]:
    """Removes what practice data brought in, its tenant and the connection; {stage: how many records went}. What it
    wrote into people's own records is put back. by: a User, or None for the command line.

    In a writing transaction the caller commits. Raises NotNow while an import runs.
    """
    if above.import_is_live(account_id):
        raise NotNow("An import is running. Cancel it or wait for its end before leaving practice data.")
    tenant = _tenant(account_id)
    for stage, model in _in_order():
        putting_back.put_back(tenant, stage, model)
    lists.forget(account_id, above.runs_of(tenant.id), _going(Contact, tenant))
    _let_go(tenant, by)
    # which ones go is found out before any has gone: what hangs on a record may keep it here
    going = {stage: list(db.session.scalars(_going(model, tenant))) for stage, model in BROUGHT_IN.items()}
    removed = {stage: _remove(model, tenant, going[stage]) for stage, model in BROUGHT_IN.items()}
    lists.recount(account_id)
    putting_back.remove_types(tenant)
    people = traces.users(tenant, who_signed_in=False)
    for user in people:
        held.hand_over(user, None, by, LEFT)
    traces.take_back_unsubscribing(tenant)
    traces.forget_histories(tenant, BROUGHT_IN)
    traces.forget_opt_outs(tenant)
    db.session.execute(sa.delete(ConnectionCheck).where(ConnectionCheck.account_id == account_id))
    above.forget_tenant(tenant.id)
    linked.settle_all(account_id)
    above.forget_users([user.id for user in people])
    audit.note("connection", "Left practice data", account_id=account_id)
    db.session.expire_all()
    tenants.mark_inactive(account_id, None)
    return removed


def _was_connected(account_id):
    """Whether the account has or had a Halo: a check has passed with it, or it has been read."""
    connection = connection_of(account_id)
    if connection is not None and (connection.connected_at is not None or connection.tenant.practice):
        return True
    return db.session.scalar(owned(HaloRecord, account_id).limit(1)) is not None


def _tenant(account_id):
    query = owned(HaloTenant, account_id).join(Connection, Connection.tenant_id == HaloTenant.id)
    tenant = db.session.scalar(query.where(HaloTenant.practice))
    if tenant is None:
        raise NotNow("This account is not connected to practice data.")
    return tenant


def _made(model, tenant):
    return owned(model, tenant.account_id).where(model.made_by_run.in_(above.runs_of(tenant.id)))


def _going(model, tenant):
    return _made(model, tenant).where(~_touched(model, tenant)).with_only_columns(model.id)


def _touched(model, tenant):
    """Whether people edited a record, or have a note on it, which cannot be without it."""
    on = [column for column in Note.__table__.c if column.references(model.__table__.c.id)]
    noted = [sa.exists().where(column == model.id, _is_peoples(Note, tenant)) for column in on]
    return sa.or_(model.edited_at.is_not(None), *noted)


def _is_peoples(model, tenant):
    made = model.made_by_run.in_(above.runs_of(tenant.id))
    return sa.or_(model.edited_at.is_not(None), made.is_(None), ~made)


def _let_go(tenant, by):
    """Records that stay are of none that go; their histories tell it."""
    for model, column, goal in POINTING:
        losing = _losing(model, column, _going(goal, tenant), tenant)
        named = sa.select(model.id, goal.name).join(goal, goal.id == getattr(model, column)).where(*losing)
        told = {record_id: {column: [name, None]} for record_id, name in db.session.execute(named)}
        changes.note_each(traces.KINDS[model], tenant.account_id, by, "edited", told, LEFT)
        stays = sa.update(model).where(*losing)
        execute(stays.values({column: None, "version": model.version + 1}))


def _losing(model, column, gone, tenant):
    """The clauses of records that stay while what they point to goes. gone: its ids, or a select of them."""
    stays = (model.account_id == tenant.account_id, ~model.id.in_(_going(model, tenant)))
    return *stays, getattr(model, column).in_(gone)


def _remove(model, tenant, going):
    for start in range(0, len(going), AT_ONCE):
        ids = going[start : start + AT_ONCE]
        words.forget(model, tenant.account_id, ids)
        lacks.forget(model, tenant.account_id, ids)
        execute(sa.delete(model).where(model.id.in_(ids)))
    stays = sa.update(model).where(model.made_by_run.in_(above.runs_of(tenant.id)))
    execute(stays.values(made_by_run=None))
    return len(going)


def _count(query):
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))


def _has_any(account_id):
    return any(db.session.scalar(owned(model, account_id).limit(1)) is not None for model in BROUGHT_IN.values())
