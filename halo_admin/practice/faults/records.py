"""Records that are gone, merged or reused on the way, and references to what is not there."""

from collections.abc import Callable

from .. import shapes
from ..errors import exception
from ..listings import LISTINGS, rows_in
from ..messages import LIST, ONE, Answer, empty, html
from ..writing.merging import merge_client, merge_user
from .choice import chosen
from .kind import READS, Firing, after, before
from .paging import early_row

ABSENT = 999_999


@before(
    "gone-in-detail",
    "a record that the list held is gone when asked for: answer is 404, 400 or null",
    {ONE},
    answer="404",
)
def gone(firing: Firing) -> Answer:
    match firing["answer"]:
        case "400":
            return exception("The record could not be found.")
        case "null":
            return Answer(data=None)
    return empty(404)


@before("forbidden-detail", "the detail of a record is forbidden, as under an inactive parent", {ONE})
def forbidden(firing: Firing) -> Answer:
    return html(403, "403 - Forbidden: Access is denied.")


@before(
    "merged-on-the-way",
    "before a page after the first, its first client or user is merged into the next",
    {LIST},
    times=1,
)
def merge(firing: Firing) -> bool | None:
    tenant, table, old = firing.app.tenant, LISTINGS[firing.request.entity].table, early_row(firing)
    act = {"clients": merge_client, "users": merge_user}.get(table)
    if old is None or act is None:
        return None
    new = next(key for key in tenant.tables[table].ids() if key > old)
    act(tenant, old, new, firing.app.switches.merged)
    return True


@after("id-reused", "an id has become another record: the answer is that of the next one, under this id", {ONE})
def reuse(firing: Firing, answer: Answer) -> Answer | None:
    request, tenant = firing.request, firing.app.tenant
    table = LISTINGS[request.entity].table
    if answer.status != 200 or not request.key.isdigit() or request.entity == "Actions":
        return None
    after_it = (key for key in tenant.tables[table].ids() if key > int(request.key))
    other = tenant.get(table, next(after_it, 0))
    if other is None:
        return None
    shown = shapes.detail(tenant, firing.app.switches, tenant.dated(table, other), request)
    answer.data = shown | {"id": int(request.key)}
    return answer


@after("absent-references", "rows refer to a client, site, agent or type that is not there", READS, every=10, ids=[])
def absent(firing: Firing, answer: Answer) -> Answer | None:
    names = (
        "client_id",
        "site_id",
        "site_id_int",
        "agent_id",
        "accountmanagertech",
        "customertype",
        "user_id",
        "status_id",
    )

    def point_nowhere(row: dict) -> None:
        row.update({name: type(row[name])(ABSENT) for name in names if isinstance(row.get(name), int | float)})

    return each_chosen(firing, answer, point_nowhere)


@after("client-mismatch", "users whose client is not the client of their site", READS, every=10, ids=[])
def mismatch(firing: Firing, answer: Answer) -> Answer | None:
    if firing.request.entity != "Users":
        return None
    return each_chosen(firing, answer, lambda row: row.update(client_id=row["client_id"] + 1))


@after("cyclic-toplevel", "top levels that are each other's parents", {LIST})
def cyclic(firing: Firing, answer: Answer) -> Answer | None:
    rows = rows_in(answer.data)
    if firing.request.entity != "TopLevel" or not rows:
        return None
    for row, parent in zip(rows, [*rows[1:], rows[0]], strict=True):
        row["parent_id"] = parent["id"]
    return answer


def each_chosen(firing: Firing, answer: Answer, change: Callable[[dict], None]) -> Answer | None:
    """Change the chosen records of an answer in place; None if there are none."""
    found = chosen(firing, answer)
    for record in found:
        change(record)
    return answer if found else None
