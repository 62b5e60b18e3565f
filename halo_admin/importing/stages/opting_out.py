"""Who must get no mail: counted before and after a batch, and heeded where Halo's record itself does not come in."""

import sqlalchemy as sa

from ...accounts.models import User
from ...crm import changes
from ...crm.contact_models import Contact
from ...db import among, db, owned, owned_among

FLAGS = ("unsubscribed", "bounced")
HEEDED = ("skipped", "review")


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
        for key in (one.email_key, one.id):
            told.setdefault(key, {}).update({name: True for name in FLAGS if getattr(one, name)})
    mine = {row.id: told.get(row.email_key, {}) | told.get(row.stood_for_id, {}) for row in rows} if told else {}
    return {key: flags for key, flags in mine.items() if flags}


def by_email(situation, decisions: list[dict], rows: dict) -> None:
    """Unsubscribe every contact here that has the e-mail of a person who must get no mail, as Halo says, where that
    person's own record is linked to nothing and does not come in. The decisions tell of it; so do the histories.
    """
    opting = {}
    for one in decisions:
        row = rows[one["record_id"]]
        if one["action"] in HEEDED and _speaks_for_its_email(row):
            opting.setdefault(row.email_key, []).append((one, row))
    here = _subscribed(situation.run.account_id, opting)
    for contact in here:
        for one, _ in opting[contact.email_key]:
            one["reason"] += f"; {contact.name}, who has its e-mail here, is unsubscribed: Halo must send it no mail"
    _unsubscribe(situation.run, {contact.id: opting[contact.email_key][0][1] for contact in here})


def _speaks_for_its_email(row):
    is_person = row.type_key is None and row.gone_at is None and row.error is None
    is_alone = row.ours_id is None and not row.follows
    return is_person and is_alone and row.email_key is not None and must_get_no_mail(row)


def _subscribed(account_id, email_keys):
    if not email_keys:
        return []
    here = owned(Contact, account_id).where(among(Contact.email_key, list(email_keys)))
    chosen = here.with_only_columns(Contact.id, Contact.name, Contact.email_key, Contact.unsubscribed)
    # an id plus nothing is one whose index SQLite does not walk instead of the e-mails'
    found = db.session.execute(chosen.order_by(Contact.id + 0).with_for_update()).all()
    return [row for row in found if not row.unsubscribed]


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
        note = f"Halo contact {row.halo_id}, which has this e-mail and does not come in, must get no mail"
        changes.note("contact", key, run.account_id, by, "unsubscribed", {"unsubscribed": ["No", "Yes"]}, note)
