"""Phone keys follow the account's default country: numbers written without a country code mean others with it.

The country is set first, in lower case, and made upper case once every key follows it. So the account's own row tells
when a change broke off halfway; the page says so, and whoever saves again completes it. Nothing is queued for it:
10,000 companies and as many Halo clients take a few seconds, in batches whose transactions let people's edits
through. A batch reads the country itself, so two changes at once end up with the one that was saved last. An import
is not started over: none is live when the country is set. One that starts meanwhile writes keys of the new country, or
takes a new company's from the mirror, whose keys are brought up to date before those of companies.

Keys are no values of a record: its version, and when it was edited, stay.
"""

import sqlalchemy as sa

from .. import normal
from ..accounts.models import Account
from ..bulk import update_rows
from ..connecting.above import import_is_live
from ..crm import words
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..db import among, begin_write, db
from ..mirror.models import HaloRecord

READ, WRITTEN = 2000, 250  # rows read at once; rows written by one transaction, which lasts well under 0.25 s


class NotNow(Exception):
    """The country cannot be changed now; the text says why."""


def country_of(account: Account) -> str:
    return account.default_country.upper()


def all_follow(account: Account) -> bool:
    """Whether every phone key follows the account's country."""
    return account.default_country.isupper()


def choose(account: Account, country: str) -> None:
    """Set the country; `follow` is due once that is committed. The caller holds the account's row, locked for update.

    PostgreSQL: an import that starts points at the account, so it waits for that lock. Raises NotNow.
    """
    if country == country_of(account):
        return
    if import_is_live(account.id):
        raise NotNow("An import is running, and it compares phone numbers. Change the country once it has ended.")
    account.default_country = country.lower()


def follow(account_id: int) -> int:
    """Bring every phone key that does not follow the country up to date; how many did not. Commits, batch by batch."""
    begin_write()
    wanted = _country(account_id)
    changed = sum(_follow(kind, account_id) for kind in KINDS)
    begin_write()
    done = sa.update(Account).where(Account.id == account_id, Account.default_country == wanted)
    db.session.execute(done.values(default_country=wanted.upper()))
    db.session.commit()
    return changed


def _follow(kind, account_id):
    after, changed = 0, 0
    while rows := _page(kind.rows(account_id), kind.model, after):
        country = _country(account_id)
        late = [row.id for row in rows if _late(row, kind.keys(row, country))]
        for start in range(0, len(late), WRITTEN):
            changed += _renew(kind, account_id, late[start : start + WRITTEN])
        after = rows[-1].id
    return changed


def _page(query, model, after):
    db.session.rollback()  # no transaction stays open from one page to the next
    return db.session.execute(query.where(model.id > after).order_by(model.id).limit(READ)).all()


def _renew(kind, account_id, ids):
    """Write these rows' keys, as they follow now that nobody else changes them; how many changed."""
    begin_write()
    country = _country(account_id)
    locked = kind.rows(account_id).where(among(kind.model.id, ids)).order_by(kind.model.id).with_for_update()
    rows = [(row, kind.keys(row, country)) for row in db.session.execute(locked)]
    late = [(row, keys) for row, keys in rows if _late(row, keys)]
    if late:
        update_rows(kind.model, [{"id": row.id} | keys for row, keys in late])
        kind.after_update(account_id, [row._asdict() | keys for row, keys in late])
    db.session.commit()
    return len(late)


def _late(row, keys):
    return any(getattr(row, name) != key for name, key in keys.items())


def _country(account_id):
    """As it is now. In a writing transaction nobody changes it until the end."""
    row = sa.select(Account.default_country).where(Account.id == account_id)
    return db.session.scalar(row.with_for_update(read=True))


class _Ours:
    """Our own records: what their keys are made from, and the search words that are made from keys.

    phones are the fields that hold a number; the key of each is in a column of its own.
    """

    def __init__(self, model, *phones):
        self.model, self.phones = model, phones

    def rows(self, account_id):
        keys = [f"{phone}_key" for phone in self.phones]
        columns = dict.fromkeys(("id", *self.phones, *keys, *self.model.WORDS))
        query = sa.select(*(getattr(self.model, name) for name in columns))
        has_one = sa.or_(*(getattr(self.model, phone).is_not(None) for phone in self.phones))
        return query.where(self.model.account_id == account_id, has_one)

    def keys(self, row, country):
        return {f"{phone}_key": normal.phone_key(getattr(row, phone), country) for phone in self.phones}

    def after_update(self, account_id, rows):
        words.replace(self.model, db.session.get(Account, account_id), rows)


class _Theirs:
    """Halo's clients in the mirror. Its contacts have no phone key there: nothing matches them by phone."""

    model, kind = HaloRecord, Company.HALO_KIND

    def rows(self, account_id):
        query = sa.select(HaloRecord.id, HaloRecord.values, HaloRecord.phone_key)
        return query.where(HaloRecord.account_id == account_id, HaloRecord.kind == self.kind)

    def keys(self, row, country):
        return {"phone_key": normal.phone_key((row.values or {}).get("phone"), country)}

    def after_update(self, account_id, rows):
        """Nothing else in the mirror follows from a phone key."""


# Halo's first: a company that an import makes meanwhile takes its key from there
KINDS = (_Theirs(), _Ours(Company, "phone"), _Ours(Contact, "phone", "mobile"))
