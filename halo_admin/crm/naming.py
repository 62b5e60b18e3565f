"""Which company is meant by a name or a number, as people and files write them."""

from .. import normal
from ..db import among, db, owned, owned_among
from . import cells
from .models import Company
from .sheets import Refused
from .tables import LARGEST_ID

ONLY_A_NUMBER = (
    "its company is told by a number alone, {}, which may be another program's: give the company's name as well"
)
TWO_NUMBERS = "{} is the number of {} here, and of {} in a file that was loaded: give the company's name as well"
COLUMNS = (Company.id, Company.name, Company.name_sort, Company.city)


def named(account_id: int, names) -> dict[str, list]:
    """{the name, folded by key(): the account's companies of exactly this name, whatever its case, by id}."""
    keys = {key(name) for name in names}
    sorts = {normal.sort_key(name) for name in names}
    alike = owned(Company, account_id).with_only_columns(*COLUMNS).where(among(Company.name_sort, list(sorts)))
    found = {}
    for company in db.session.execute(alike.order_by(Company.id + 0)) if sorts else ():
        if key(company.name) in keys:
            found.setdefault(key(company.name), []).append(company)
    return found


def numbered(account_id: int, ids) -> dict:
    """{id: the account's company with it}."""
    here = owned_among(Company, account_id, ids).with_only_columns(*COLUMNS)
    return {company.id: company for company in db.session.execute(here)} if ids else {}


def numbered_in_files(account_id: int, numbers) -> dict:
    """{number: the account's company that had it in the file that told of it last}."""
    column = Company.number_in_file
    here = owned(Company, account_id).with_only_columns(*COLUMNS, column).where(among(column, list(numbers)))
    return {company.number_in_file: company for company in db.session.execute(here)} if numbers else {}


def key(name: str) -> str:
    return name.strip().casefold()


def number(text: str) -> int | None:
    """The id that a text is; None where it can be none."""
    text = text.strip()
    is_id = text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST_ID
    return int(text) if is_id else None


def of_lines(account_id: int, rows: list[dict], is_dump: bool, is_ours) -> list:
    """For each line of a file, with the columns company and company_id or one of them, the company's id.

    None where it names none, Refused where it cannot be told: the numbers of other programs are no names of ours.
    is_ours tells of a line whether this account itself wrote it, for a number may be another company's in a file that
    was loaded.
    """
    by_name = named(account_id, {row["company"] for row in rows if row.get("company")})
    ids = {number(row["company_id"]) for row in rows if row.get("company_id")} - {None}
    by_number, in_files = numbered(account_id, ids), numbered_in_files(account_id, ids)
    return [_told(row, by_name, by_number, in_files, is_dump, is_ours) for row in rows]


def _told(row, by_name, by_number, in_files, is_dump, is_ours):
    """A number counts where its company has the name given, if any: another site's number means another company."""
    name, text = row.get("company"), row.get("company_id")
    at = number(text) if text else None
    meant = list({company.id: company for company in (in_files.get(at), by_number.get(at)) if company}.values())
    if not name:
        return _by_number(text, meant, is_dump) if text else None
    called_so = [company for company in meant if key(company.name) == key(name)]
    if called_so:
        return called_so[-1 if len(called_so) > 1 and is_ours(row) else 0].id
    companies = by_name.get(key(name), [])
    if len(companies) == 1:
        return companies[0].id
    return Refused(_unclear(name, companies, by_number.get(at)))


def _by_number(text, meant, is_dump):
    """Without a name a number counts in a dump only: it may be another program's."""
    if not meant:
        return Refused(f"there is no company {cells.quote(text)} here")
    if not is_dump:
        return Refused(ONLY_A_NUMBER.format(cells.quote(text)))
    if len(meant) > 1:
        return Refused(TWO_NUMBERS.format(text, meant[1].name, meant[0].name))
    return meant[0].id


def _unclear(name, companies, other):
    if not companies:
        is_called = f", and {other.id} is {cells.quote(other.name)}" if other else ""
        return f"there is no company {cells.quote(name)} here{is_called}"
    numbers = ", ".join(str(company.id) for company in companies[:3]) + (", …" if len(companies) > 3 else "")
    return f"{len(companies)} companies are called {cells.quote(name)} ({numbers}): company_id can tell which is meant"
