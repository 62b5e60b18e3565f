"""Lists that change or lie while they are read page by page."""

from ..listings import LISTINGS, rows_in
from ..messages import LIST, Answer
from ..writing.creating import new_record
from ..writing.deleting import drop_whole
from .kind import Firing, after, before

_LISTS = {LIST}


def page_of(firing: Firing) -> int:
    """The page that is asked for; 0 if the list is not read by pages."""
    return firing.request.number("page_no") if firing.request.flag("pageinate") else 0


@before(
    "row-inserted",
    "before a page after the first, a row appears on an earlier one: the next rows come twice",
    _LISTS,
    times=1,
)
def insert_row(firing: Firing) -> bool | None:
    table = LISTINGS[firing.request.entity].table
    tenant = firing.app.tenant
    key = tenant.tables[table].free_low_id()
    if page_of(firing) < 2 or key is None or table not in ("clients", "sites", "users"):
        return None
    parents = {"clients": {}, "sites": {"client_id": 1}, "users": {"site_id": tenant.world.plan.sites[0]}}
    new_record(tenant, table, {"name": f"Inserted {key}"} | parents[table], key)
    return True


@before(
    "row-deleted",
    "before a page after the first, a row of an earlier one is deleted: one row is never seen",
    _LISTS,
    times=1,
)
def delete_row(firing: Firing) -> bool | None:
    table = LISTINGS[firing.request.entity].table
    victim = early_row(firing)
    if victim is None:
        return None
    drop_whole(firing.app.tenant, table, victim)
    return True


@before("page-repeated", "every page after the first is the first again, for ever", _LISTS)
def repeat_page(firing: Firing) -> bool | None:
    if page_of(firing) < 2:
        return None
    firing.request.query["page_no"] = "1"
    return True


@before("page-size-lower", "pages hold fewer rows than asked for", _LISTS, size=40)
def lower_size(firing: Firing) -> bool | None:
    if firing.request.number("page_size") <= firing["size"]:
        return None
    firing.request.query["page_size"] = str(firing["size"])
    return True


@after("short-page", "one page in the middle holds half of its rows; the others are never seen", _LISTS, page=2)
def short_page(firing: Firing, answer: Answer) -> Answer | None:
    return _cut_page(firing, answer, lambda rows: len(rows) // 2)


@after("empty-page", "one page in the middle holds no rows", _LISTS, page=2)
def empty_page(firing: Firing, answer: Answer) -> Answer | None:
    return _cut_page(firing, answer, lambda rows: 0)


@after("count-zero", "record_count is 0 although there are rows", _LISTS)
def count_zero(firing: Firing, answer: Answer) -> Answer | None:
    return _recount(answer, lambda count: 0)


@after("count-high", "record_count is too high", _LISTS, by=37)
def count_high(firing: Firing, answer: Answer) -> Answer | None:
    return _recount(answer, lambda count: count + firing["by"])


@after("count-low", "record_count is too low: as many as the page has rows", _LISTS)
def count_low(firing: Firing, answer: Answer) -> Answer | None:
    return _recount(answer, lambda count: len(rows_in(answer.data) or ()))


@after("count-changing", "record_count is another one on each page", _LISTS)
def count_changing(firing: Firing, answer: Answer) -> Answer | None:
    return _recount(answer, lambda count: count + page_of(firing) % 3 - 1)


def early_row(firing: Firing) -> int | None:
    """The id of the first ordinary row of the list, if a page after the first is asked for."""
    ids = firing.app.tenant.tables[LISTINGS[firing.request.entity].table].ids()
    return next((key for key in ids if key > 1), None) if page_of(firing) > 1 else None


def _cut_page(firing: Firing, answer: Answer, size) -> Answer | None:
    rows = rows_in(answer.data)
    if not rows or page_of(firing) != firing["page"]:
        return None
    del rows[size(rows) :]
    return answer


def _recount(answer: Answer, count) -> Answer | None:
    if not isinstance(answer.data, dict) or "record_count" not in answer.data:
        return None
    answer.data["record_count"] = count(answer.data["record_count"])
    return answer
