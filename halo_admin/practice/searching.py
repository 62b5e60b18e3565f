"""Free text search and `advanced_search` in lists (halo-api.md 2.2)."""

from collections.abc import Callable

import msgspec

from .errors import Refused, plain
from .listings import LISTINGS
from .messages import Request
from .tenant import Tenant

_SEARCHED = {
    "Client": ("name", "website", "ref"),
    "Site": ("name", "phonenumber"),
    "Users": ("name", "emailaddress", "phonenumber", "mobilenumber"),
    "Agent": ("name", "email"),
    "Opportunities": ("summary",),
    "Tickets": ("summary",),
}
_CONTAINS = 4  # the only other filter type in use is 2, equals


def ids_with(tenant: Tenant, entity: str, words: str) -> list[int] | None:
    """Ids of the records in whose text the words occur; None for lists that cannot be searched."""
    if entity not in _SEARCHED:
        return None
    return tenant.tables[LISTINGS[entity].table].search(words, lambda record: _text(entity, record))


def has(entity: str, words: str) -> Callable[[dict], bool]:
    """Whether one record has the words in its text."""
    return lambda record: words.casefold() in _text(entity, record).casefold()


def advanced(request: Request) -> list[Callable[[dict], bool]]:
    """The tests of an `advanced_search`; raises Refused for a field that does not exist."""
    asked = request.query.get("advanced_search")
    if not asked or request.entity not in _SEARCHED:
        return []
    try:
        return [
            _test(one["filter_name"], one["filter_type"], one["filter_value"]) for one in msgspec.json.decode(asked)
        ]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Refused(_INVALID) from None


def _test(name: str, kind: int, value: str) -> Callable[[dict], bool]:
    wanted = str(value).casefold()

    def fits(record: dict) -> bool:
        if name not in record:
            raise Refused(_INVALID)
        held = str(record[name]).casefold()
        return wanted in held if kind == _CONTAINS else held == wanted

    return fits


def _text(entity: str, record: dict) -> str:
    return "\n".join(str(record[name]) for name in _SEARCHED[entity])


_INVALID = plain("Invalid advanced search parameter")
