"""The MSP's own company, which most keep as a client in their own Halo: offered once never to be imported."""

import sqlalchemy as sa

from .. import normal
from ..accounts.models import Account, User
from ..crm import parting
from ..crm.models import Company
from ..db import among, db, owned
from ..mirror import tombstones
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.tombstones import NotNow

ASKED = "own_company"  # what the tenant remembers of the offer, {"halo_id", "said": "never" or "client"}
MOST_DOMAINS = 20


def offered(account_id: int) -> HaloRecord | None:
    """The Halo client that seems to be the MSP itself, while nobody has said yet what to do with it."""
    tenant_id = current_tenant_id(account_id)
    if tenant_id is None or ASKED in db.session.get(HaloTenant, tenant_id).learned:
        return None
    name = normal.name_key(db.session.get(Account, account_id).name)
    clauses = [HaloRecord.name_key == name] if name else []
    if domains := _domains(account_id):
        clauses.append(among(HaloRecord.website_key, domains))
    return next(filter(None, (_first(tenant_id, clause) for clause in clauses)), None)


def never_import(account_id: int, halo_id: int, by) -> None:
    """Leave that client out of all imports. Raises NotNow. In a writing transaction; the caller commits."""
    tenant_id = tombstones.hold(account_id)
    row = _expected(account_id, halo_id)
    if row.ours_id is not None:
        parting.keep_out(account_id, Company, row.ours_id, by)
    else:
        parting.keep_out_unlinked(row, by)
    _remember(tenant_id, halo_id, "never")


def it_is_a_client(account_id: int, halo_id: int) -> None:
    """It is imported like all others, and not asked about again. Raises NotNow. As above."""
    tenant_id = tombstones.hold(account_id)
    _expected(account_id, halo_id)
    _remember(tenant_id, halo_id, "client")


def _expected(account_id, halo_id):
    row = offered(account_id)
    if row is None or row.halo_id != halo_id:
        raise NotNow("This has been answered already.")
    return row


def _remember(tenant_id, halo_id, said):
    tenant = db.session.get(HaloTenant, tenant_id, populate_existing=True)
    tenant.learned = tenant.learned | {ASKED: {"halo_id": halo_id, "said": said}}


def _domains(account_id):
    """The domains of the e-mail addresses of the account's people, without those of mail providers."""
    known = owned(User, account_id).where(User.email.is_not(None))  # agents who are authors alone may have none
    emails = db.session.scalars(known.with_only_columns(User.email).order_by(User.id)).all()
    domains = dict.fromkeys(normal.website_key(email.partition("@")[2]) for email in emails)
    return [domain for domain in domains if domain][:MOST_DOMAINS]


def _first(tenant_id, clause):
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "client", HaloRecord.gone_at.is_(None))
    wanted = sa.or_(HaloRecord.answer.is_(None), ~tombstones.left_out())
    # plus nothing: SQLite would rather walk all clients by their ids than look the clause up
    chosen = sa.select(HaloRecord).where(*here, clause, wanted, HaloRecord.halo_id + 0 > 0)
    rows = db.session.scalars(chosen.limit(MOST_DOMAINS)).all()
    return min(rows, key=lambda row: row.halo_id, default=None)
