"""What there is to say about one of Halo's lists."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .decoding import Reader

# Scopes, as Halo names them where an application's permissions are ticked (halo-api.md 1.3).
CUSTOMERS = "read:customers"
CRM = "read:crm"
SALES = "read:sales and read:tickets"


class Listing(NamedTuple):
    """One of Halo's lists: what people call it, where it is, under which keys its rows are, who reads them.

    params are sent with every page; scope is the permission that opens it, None where only the agent's own count.
    """

    title: str
    path: str
    keys: tuple[str, ...]
    reader: Reader
    params: Mapping[str, object] = MappingProxyType({})
    scope: str | None = None
