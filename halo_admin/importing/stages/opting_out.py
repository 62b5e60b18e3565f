"""Who must get no mail: counted before and after a batch, and heeded where Halo's record itself does not come in."""

import sqlalchemy as sa

from ...accounts.models import User
from ...crm import changes
from ...crm.contact_models import Contact
from ...db import among, db, owned, owned_among
from ..stage import HEEDED

FLAGS = ("unsubscribed", "bounced")
NAMED = (Contact.id, Contact.name, Contact.email_key)


def must_get_no_mail(row) -> bool:
    """Whether Halo must send no mail to the person of a row, or to another record with the same e-mail."""
    return bool(row.values.get("unsubscribed")) or row.found.others_opted_out


def opted_out(account_id: int, contact_ids: list[int]) -> set[int]:
    """Of these contacts those that must get no mail: unsubscribed or bounced."""
    if not contact_ids:
        return set()
    here = owned_among(Contact, account_id, contact_ids).with_only_columns(Contact.id)
    return set(db.session.scalars(here.where(sa.or_(Contact.unsubscribed, Contact.bounced))))


def count(run, loosened: int, added: int) -> None:
    """Add to what a run tells about opt-outs."""
    known = run.facts.get("opt_outs", {"loosened": 0, "added": 0})
    told = {"loosened": known["loosened"] + loosened, "added": known["added"] + added}
    run.facts = run.facts | {"opt_outs": told}


def inherited(account_id: int, rows) -> dict[int, dict]:
    """{mirror id: the flags that a new contact made of it begins with}: those of everybody here who has its e-mail, and
    those of the contact it stood for until it stood alone.
    """
    flags = Contact.email_key, Contact.unsubscribed, Contact.bounced
    chosen = sa.select(Contact.id, *flags).where(sa.or_(Contact.unsubscribed, Contact.bounced))
    keys, ids = {row.email_key for row in rows} - {None}, {row.stood_for_id for row in rows} - {None}
    found = []
    if keys:
        found += db.session.execute(
            chosen.where(Contact.account_id == account_id, among(Contact.email_key, list(keys)))
        )
    if ids:
        found += db.session.execute(chosen.where(Contact.account_id + 0 == account_id, among(Contact.id, list(ids))))
    told = {}
    for one in found:
        for key in {one.email_key, one.id} - {None}:
            told.setdefault(key, {}).update({name: True for name in FLAGS if getattr(one, name)})
    mine = {row.id: told.get(row.email_key, {}) | told.get(row.stood_for_id, {}) for row in rows} if told else {}
    return {key: flags for key, flags in mine.items() if flags}


def by_email(situation, decisions: list[dict], rows: dict) -> None:
    """Unsubscribe every contact here that has the e-mail of a person who must get no mail, as Halo says, beside the one
    that the person's own record stands for; and the contact of a record that cannot be read, where another one with its
    e-mail says so. The decisions tell of it; so do the histories.
    """
    opting = {}
    for one in decisions:
        row = rows[one["record_id"]]
        if key := _speaks_for(one, row):
            opting.setdefault(key, []).append((one, row))
    said = {}
    for contact in _subscribed(situation.run.account_id, opting):
        told = f"{contact.name}, who has its e-mail here, is unsubscribed: Halo must send it no mail"
        others = [(one, row) for one, row in opting.get(contact.email_key, []) if one["ours_id"] != contact.id]
        for one, row in others + opting.get(contact.id, []):
            one["reason"] += f"; {told}"
            one["evidence"] = (one["evidence"] or {}) | {HEEDED: [*(one["evidence"] or {}).get(HEEDED, ()), told]}
            said[contact.id] = row
    _unsubscribe(situation.run, said)


def _speaks_for(one, row):
    """The e-mail key that a record speaks for; where it does not come in, the id of the contact that it stands for."""
    if row.type_key is not None or row.gone_at is not None or row.follows or not row.values:
        return None
    if not must_get_no_mail(row):
        return None
    if one["action"] == "failed":
        return row.ours_id
    return row.email_key


def _subscribed(account_id, keys):
    """Those contacts here that have one of these e-mail keys or ids and are not unsubscribed."""
    mails, ids = ([key for key in keys if isinstance(key, kind)] for kind in (str, int))
    by_mail = owned(Contact, account_id).where(among(Contact.email_key, mails))
    by_id = owned_among(Contact, account_id, ids)
    # an id plus nothing is one whose index SQLite does not walk instead of the keys'
    asked = [
        here.where(Contact.unsubscribed.is_(False)).with_only_columns(*NAMED).order_by(Contact.id + 0).with_for_update()
        for here, wanted in ((by_mail, mails), (by_id, ids)) if wanted
    ]  # fmt: skip
    return [row for query in asked for row in db.session.execute(query)]


def _unsubscribe(run, contacts):
    """contacts: {id: the row of Halo's that says so}."""
    if not contacts:
        return
    by = run.by_user_id and db.session.get(User, run.by_user_id)
    here = owned_among(Contact, run.account_id, contacts).with_only_columns(Contact.id)
    stricter = sa.update(Contact).where(Contact.id.in_(here)).values(unsubscribed=True, version=Contact.version + 1)
    already = opted_out(run.account_id, list(contacts))
    db.session.execute(stricter, execution_options={"synchronize_session": False})
    count(run, loosened=0, added=len(contacts.keys() - already))
    for key, row in contacts.items():
        note = f"Halo must send no mail to its contact {row.halo_id}, or to one with the same e-mail"
        changes.note("contact", key, run.account_id, by, "unsubscribed", {"unsubscribed": ["No", "Yes"]}, note)
