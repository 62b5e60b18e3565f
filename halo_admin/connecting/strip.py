"""The strip above the stages: which Halo, as whom, how much of its limit is used, and what to look after."""

from dataclasses import dataclass

from . import tenants, window
from .models import Connection
from .opening import connection_of
from .window import Standing


@dataclass(frozen=True)
class Strip:
    """standing is None where no limit is set."""

    connection: Connection
    place: str
    standing: Standing | None

    @property
    def used(self) -> str:
        return f"{self.standing.used:,} of {self.standing.limit:,} requests used" if self.standing else ""

    @property
    def shared(self) -> str:
        """What to say when Halo said wait below our own count."""
        if self.standing is None or self.standing.told_to_wait_below is None:
            return ""
        used, limit = self.standing.told_to_wait_below, self.standing.limit
        half = "" if self.connection.share else " Imports use half of it from now on."
        return f"Halo said wait although we used {used:,} of {limit:,}: another tool shares this limit.{half}"


def strip_of(account_id: int) -> Strip | None:
    """The account's strip; None without a connection."""
    connection = connection_of(account_id)
    if connection is None:
        return None
    place = "the practice Halo" if connection.tenant.practice else tenants.called(connection.tenant)
    return Strip(connection, place, window.standing(connection.tenant_id))
