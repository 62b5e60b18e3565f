"""What the practice tenant holds now: one table per kind of record, and who belongs to whom in them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import RLock

from .made_up import kinds, times
from .made_up.notes import note_ids, subject
from .made_up.sales import ticket_ids
from .made_up.world import World
from .size import Size
from .table import Table

# Under which name each kind of record tells when it was last changed, and its number among the made-up ones.
CHANGED = {
    "clients": ("alastupdate", kinds.CLIENT),
    "sites": ("slastupdate", kinds.SITE),
    "users": ("ulastupdate", kinds.USER),
    "agents": ("last_modified", kinds.AGENT),
    "tickets": ("last_update", kinds.TICKET),
}
LOOKUP_SPAN = 100_000


class Tenant:
    """The records of one tenant. Hold `lock` while reading several things that must fit together.

    A change is told to `on_change` as {"put": table, "key": …, "record": …} or {"delete": table, "key": …}.
    """

    def __init__(self, seed: int, size: Size, on_change: Callable[[dict], None] = lambda change: None):
        self.lock = RLock()
        self.world = World(seed, size)
        self.on_change = on_change
        self._note_ids = note_ids(size)
        self._notes_by_client: dict[int, list[int]] | None = None
        self.tables = self._make_tables(size)

    def reset(self) -> None:
        """Forget every change."""
        with self.lock:
            for table in self.tables.values():
                table.reset()

    def version(self) -> tuple[int, ...]:
        """Another one after every change."""
        return tuple(table.version for table in self.tables.values())

    def get(self, table: str, key: int) -> dict | None:
        return self.tables[table].get(key)

    def put(self, table: str, key: int, record: dict) -> None:
        """Store a whole record as it is."""
        with self.lock:
            self.tables[table].put(key, record)
            self.on_change({"put": table, "key": key, "record": record})

    def save(self, table: str, key: int, changes: dict) -> dict:
        """Change some fields of a record or make a new one of them; it bears the time of now, unless they say when."""
        with self.lock:
            old = self.get(table, key)
            now = times.written(datetime.now(UTC), 3)
            stamps = {"datecreated": now, CHANGED[table][0]: now} if table in CHANGED else {}
            if old:
                stamps.pop("datecreated", None)
            record = (self.dated(table, old) if old else {}) | stamps | changes
            self.put(table, key, record)
            return record

    def drop(self, table: str, key: int) -> dict | None:
        """Delete a record; the answer is what it was."""
        with self.lock:
            record = self.tables[table].drop(key)
            if record is not None:
                self.on_change({"delete": table, "key": key})
            return record

    def replay(self, change: dict) -> None:
        """Carry out a change as told to `on_change`, without telling it again."""
        if "put" in change:
            self.tables[change["put"]].put(change["key"], change["record"])
        else:
            self.tables[change["delete"]].drop(change["key"])

    def dated(self, table: str, record: dict) -> dict:
        """A copy of a record with its times, which made-up ones only get when asked for."""
        if table not in CHANGED or CHANGED[table][0] in record:
            return dict(record)
        name, kind = CHANGED[table]
        return kinds.dates(self.world.seed, kind, record["id"], name) | record

    def sites_of(self, client_id: int) -> Iterator[dict]:
        """Records of a client's sites, in the order of ids."""
        planned = self.world.plan.sites_of(client_id)
        return self._children("sites", planned, "client_id", client_id)

    def users_of(self, site_id: int) -> Iterator[dict]:
        """Records of a site's users, in the order of ids."""
        planned = self.world.plan.users_of(site_id)
        return self._children("users", planned, "site_id", site_id)

    def client_of_user(self, user: dict) -> int:
        """A user has a client through its site only; 0 if that site does not exist."""
        site = self.get("sites", user["site_id"])
        return site["client_id"] if site else 0

    def is_no_general_user(self, user_id: int) -> bool:
        """Whether this user is somebody, told without making the record."""
        changed = self.tables["users"].changed.get(user_id)
        return changed["name"] != "General User" if changed else not self.world.plan.is_general(user_id)

    def main_site(self, client: dict) -> dict:
        """The site that holds a client's phone; an empty dict if it is gone."""
        return self.get("sites", client.get("main_site_id", 0)) or {}

    def notes_of_client(self, client_id: int) -> list[int]:
        """Ids of the notes that name this client, also those about one of its users or sites."""
        table = self.tables["notes"]
        made = self._made_notes().get(client_id, [])
        candidates = sorted({*made, *table.changed})
        return [key for key in candidates if (table.get(key) or {}).get("client_id") == client_id]

    def _children(self, table: str, planned: range, parent: str, parent_id: int) -> Iterator[dict]:
        rows = self.tables[table]
        for key in sorted({*planned, *rows.changed}):
            record = rows.get(key)
            if record is not None and record[parent] == parent_id:
                yield record

    def _made_notes(self) -> dict[int, list[int]]:
        if self._notes_by_client is None:
            by_client: dict[int, list[int]] = {}
            for key in self._note_ids:
                by_client.setdefault(subject(self.world, key)["client_id"], []).append(key)
            self._notes_by_client = by_client
        return self._notes_by_client

    def _make_tables(self, size: Size) -> dict[str, Table]:
        world, plan = self.world, self.world.plan
        tables = {
            "clients": Table(plan.clients, world.client, is_off=world.client_is_off),
            "sites": Table(plan.sites, world.site),
            "users": Table(plan.users, world.user, is_off=world.user_is_off),
            "agents": Table(world.agents.keys(), world.agents.get, "isdisabled"),
            "tickets": Table(ticket_ids(size), world.ticket, "deleted"),
            "notes": Table(self._note_ids, world.note),
        }
        for name, rows in world.settings.items():
            by_key = {lookup_key(row) if name == "lookups" else row.get("id_int", row["id"]): row for row in rows}
            tables[name] = Table(by_key.keys(), by_key.get)
        return tables


def lookup_key(row: dict) -> int:
    """Codes are unique inside their lookup kind only, so the key is made of both."""
    return row["lookupid"] * LOOKUP_SPAN + row["id"]
