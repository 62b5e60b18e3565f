"""Who must get no mail: counted before and after a batch, and heeded where Halo's record itself does not come in."""

import sqlalchemy as sa

from ...accounts.models import User
from ...bulk import execute
from ...crm import changes, opt_outs
from ...crm.contact_models import Contact
from ...db import among, db, owned, owned_among
from ..stage import tell_heeded

FLAGS = ("unsubscribed", "bounced")
NAMED = (Contact.id, Contact.name, Contact.email_key)


def must_get_no_mail(row) -> bool:
    """Whether Halo must send no mail to the person of a row, or to another record with the same e-mail."""
    return bool(row.values.get("unsubscribed")) or row.found.others_opted_out


def opted_out(account_id: int, contact_ids: list[int]) -> set[tuple[int, str]]:
    """What these contacts have opted out of, as (contact id, flag)."""
    if not contact_ids:
        return set()
    here = owned_among(Contact, account_id, contact_ids).with_only_columns(
        Contact.id, Contact.unsubscribed, Contact.bounced
    )
    rows = db.session.execute(here.where(sa.or_(Contact.unsubscribed, Contact.bounced)))
    return {(row.id, flag) for row in rows for flag in FLAGS if getattr(row, flag)}


def count(run, loosened: set, added: set) -> None:
    """Add contacts to what a run tells about opt-outs: those that lost one of theirs, those that got one.

    Both are sets of (contact id, flag).
    """
    known = run.facts.get("opt_outs", {"loosened": 0, "added": 0})
    more = {"loosened": loosened, "added": added}
    run.facts = run.facts | {
        "opt_outs": {name: known[name] + len({contact_id for contact_id, _ in more[name]}) for name in known}
    }


def inherited(account_id: int, rows) -> dict[int, dict]:
    """{mirror id: the flags that a contact of it gets with its e-mail}: those of everybody here who has it, and of the
    contact it stood for until it stood alone; for a contact that is here also those kept of one that was deleted, which
    a new one gets where it is written.
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
    here = {row.id: row.email_key for row in rows if row.email_key and (row.ours_id or row.found.takes)}
    known = opt_outs.kept(account_id, set(here.values()))
    mine = {
        row.id: told.get(row.email_key, {}) | told.get(row.stood_for_id, {}) | known.get(here.get(row.id), {})
        for row in rows
    } if told or known else {}  # fmt: skip
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
            tell_heeded(one, told)
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
    execute(stricter)
    count(run, loosened=set(), added={(contact_id, "unsubscribed") for contact_id in contacts})
    for key, row in contacts.items():
        note = f"Halo must send no mail to its contact {row.halo_id}, or to one with the same e-mail"
        changes.note("contact", key, run.account_id, by, "unsubscribed", {"unsubscribed": ["No", "Yes"]}, note)
