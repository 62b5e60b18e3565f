"""Who must get no mail stays so, also where their contact is deleted and made again: by an import, a file or a person.

It hangs on the e-mail address. A person who gives consent back with a clear yes takes it away again.
"""

from types import SimpleNamespace

import sqlalchemy as sa

from ..db import among, db, now, owned
from . import changes
from .contact_models import Contact, OptOut

FLAGS = ("unsubscribed", "bounced")
TOLD = "So it was when the contact with this e-mail was deleted here"


def keep(contact: Contact, further_keys, by) -> None:
    """A contact is about to be deleted: keep what it had opted out of. In a writing transaction.

    further_keys: other e-mail addresses that stood for it, as keys.
    """
    set_here = {flag: True for flag in FLAGS if getattr(contact, flag)}
    keys = {contact.email_key, *further_keys} - {None}
    if not set_here or not keys:
        return
    kept = _of(contact.account_id, keys)
    for key in sorted(keys):
        one = kept.get(key) or OptOut(account_id=contact.account_id, email_key=key, unsubscribed=False, bounced=False)
        one.by_user_id, one.by, one.at = by and by.id, by.name if by else changes.COMMAND_LINE, now()
        for flag in set_here:
            setattr(one, flag, True)
        db.session.add(one)


def heed(model, account_id: int, rows: list[dict]) -> None:
    """Rows of contacts that are about to be inserted: those that had opted out have so, with a line in their history.

    In a writing transaction.
    """
    keys = {row["email_key"] for row in rows} - {None} if model is Contact else set()
    kept = _of(account_id, keys) if keys else {}
    for row in rows if kept else ():
        one = kept.get(row["email_key"])
        told = {flag: [None, "Yes"] for flag in FLAGS if one and getattr(one, flag) and not row[flag]}
        row |= dict.fromkeys(told, True)
        if told:
            by = SimpleNamespace(id=one.by_user_id, name=one.by)
            changes.note("contact", row["id"], account_id, by, "opted out", told, TOLD)


def kept(account_id: int, keys) -> dict[str, dict[str, bool]]:
    """{e-mail key: the flags kept of it, all True} of those of these keys that any are kept of."""
    found = _of(account_id, keys) if keys else {}
    flags = {key: {flag: True for flag in FLAGS if getattr(one, flag)} for key, one in found.items()}
    return {key: set_here for key, set_here in flags.items() if set_here}


def take_back(contact: Contact, flags) -> None:
    """A person said yes to mail again: these flags are kept no longer. In a writing transaction."""
    mine = (OptOut.account_id == contact.account_id, OptOut.email_key == contact.email_key)
    if flags:
        db.session.execute(sa.update(OptOut).where(*mine).values(dict.fromkeys(flags, False)))


def _of(account_id, keys):
    """{e-mail key: what is kept of it}"""
    chosen = owned(OptOut, account_id).where(among(OptOut.email_key, list(keys)))
    return {one.email_key: one for one in db.session.scalars(chosen)}
