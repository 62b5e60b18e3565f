"""The companies that an account had before a file was loaded, and which of them a line means."""

import sqlalchemy as sa

from .. import normal
from ..db import among, db, owned
from .models import Company


class Before:
    """Looks up a batch at a time, by indexed columns. A company's columns are FIELDS and the keys."""

    COLUMNS = tuple(getattr(Company, name) for name in ("id", "name_key", "website_key", *Company.FIELDS))

    def __init__(self, account_id: int):
        self.account_id = account_id
        last = sa.select(sa.func.max(Company.id)).where(Company.account_id == account_id)
        self.last_id = db.session.scalar(last) or 0

    def sorted_as(self, names: list[str]) -> list:
        """The companies that tables sort where these names are: all that have one of these very names, and others."""
        return self._with(Company.name_sort, {normal.sort_key(name) for name in names})

    def meant_by(self, rows: list[dict]) -> list[list]:
        """For each row the companies it may mean: by website, then by name.

        The first key with any company sets them; the name may only choose among several with the same website.
        They are locked: what is decided about them still holds when it is written.
        """
        sites = [normal.website_key(row.get("website")) for row in rows]
        names = [normal.name_key(row["name"]) for row in rows]
        by_site = self._grouped(Company.website_key, sites)
        by_name = self._grouped(Company.name_key, names)
        return [_meant(by_site.get(site, []), by_name.get(name, [])) for site, name in zip(sites, names, strict=True)]

    def _grouped(self, column, keys):
        groups = {}
        for company in self._with(column, set(keys) - {None}, locked=True):
            groups.setdefault(getattr(company, column.key), []).append(company)
        return groups

    def _with(self, column, keys, locked=False):
        if not keys or not self.last_id:
            return []
        # an id plus nothing is one whose index SQLite does not walk instead of the keys'
        query = owned(Company, self.account_id).where(among(column, list(keys)), Company.id + 0 <= self.last_id)
        query = query.with_only_columns(*self.COLUMNS)
        found = db.session.execute(query.order_by(Company.id + 0).with_for_update() if locked else query)
        return sorted(found, key=lambda company: company.id)


def _meant(sited, named):
    if len(sited) < 2:
        return sited or named
    ids = {company.id for company in named}
    return [company for company in sited if company.id in ids] or sited
