"""Invitations: whom they would go to, making them, sending them again, taking them back."""

from dataclasses import dataclass, field

from .. import audit
from ..accounts import mailing, one_time, people
from ..accounts.models import Account, OneTimeLink, User
from ..accounts.one_time import INVITATION
from ..accounts.role_names import told
from ..db import db
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.tombstones import COMMAND_LINE
from . import agents, choosing
from .choosing import Refused


@dataclass
class Outlook:
    """What an invitation of the chosen agents comes to: rows to invite, rows to link, and rows of whom nothing comes.

    links: those made, once it was carried out.
    """

    invited: list = field(default_factory=list)
    linked: list = field(default_factory=list)
    told: list = field(default_factory=list)
    links: list[OneTimeLink] = field(default_factory=list)


def outlook(tenant: HaloTenant, as_mapped: bool = False) -> Outlook:
    """Whom an invitation would reach: those chosen; as_mapped: everybody whose role type is taken in as well."""
    found = Outlook()
    for row in agents.rows(tenant):
        is_meant = row.agent.chosen or (as_mapped and row.plan.what in ("link", "invite"))
        if is_meant and row.plan.what != "linked":
            {"invite": found.invited, "link": found.linked}.get(row.plan.what, found.told).append(row)
    return found


def invite(tenant: HaloTenant, by: User | None, as_mapped: bool = False, only: set[int] | None = None) -> Outlook:
    """Invite and link the chosen; only: the Halo ids that were agreed to. In a writing transaction that holds the
    tenant; the caller commits, then queues the mails: queue().
    """
    found = outlook(tenant, as_mapped)
    if only is not None:
        found.invited = [row for row in found.invited if row.agent.halo_id in only]
    for row in found.linked:
        choosing.link(db.session.get(HaloRecord, row.agent.record_id), row.plan.user_id, "e-mail")
    found.links = [_invited(tenant, row, by) for row in found.invited]
    choosing.settle(tenant, [row.agent.halo_id for row in (*found.invited, *found.linked)])
    return found


def queue(found: Outlook) -> None:
    for link in found.links:
        mailing.queue(link)


def invite_user(user: User, by: User | None) -> OneTimeLink:
    """A new link for somebody who cannot sign in yet; the one before no longer works. Raises Refused.

    In a writing transaction; the caller commits, then mailing.queue()s it.
    """
    if user.password_hash is not None:
        raise Refused(f"{user.name} can sign in already.")
    if user.email is None:
        raise Refused(f"{user.name} has no e-mail, so nobody can be invited.")
    if not user.active:
        raise Refused(f"{user.name} is disabled: enable them first.")
    link = one_time.make(user, INVITATION, by.name if by else COMMAND_LINE, mailing.site())
    mailing.want(link)
    said = f"Invited {user.name}, {user.email}, as {told(user.roles)}"
    audit.note("people", said, account_id=user.account_id, by=by)
    return link


def _invited(tenant, row, by):
    record = db.session.get(HaloRecord, row.agent.record_id)
    account = db.session.get(Account, tenant.account_id)
    user = people.add_user(account, row.agent.email_key, row.agent.name, list(row.agent.roles), None)
    choosing.link(record, user.id, "invitation")
    return invite_user(user, by)
