"""The practice Halo as a server: a context manager for tests, and what `practice serve` runs."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

from .application import Application
from .control import change_record, stats
from .faults.book import Fault, parse
from .journal import Journal
from .listening import Server
from .size import Size
from .stats import Entry
from .switches import Switches


class PracticeHalo:
    """A practice tenant on a port of its own (0: a free one), from `with` to the end of the block.

    companies, contacts, opportunities, notes, agents: how much it holds; the same seed gives the same tenant.
    faults: names, "name:setting=value,…" or dicts; switches: {name: value}; rate "300/300" or "off"; latency
    "20-500" in milliseconds; token_life in seconds; state: a file in which changes outlive a restart; clock:
    seconds that never go back, for the quota and the life of tokens.
    Raises UnknownFault, UnknownSwitch, WrongState; OSError if the port is taken.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        rate: str = "300/300",
        latency: str = "",
        token_life: float = 3600,
        faults: Iterable[str | dict] = (),
        switches: dict[str, Any] | None = None,
        state: Path | str | None = None,
        clock: Callable[[], float] = time.monotonic,
        **size: int,
    ):
        settings = {"rate": rate, "latency": latency, "token_life": token_life} | (switches or {})
        self._journal = Journal(state) if state else None
        self.app = Application(Size(**size), seed, Switches(**settings), self._journal, clock)
        for fault in faults:
            self.set_fault(**fault) if isinstance(fault, dict) else self._set_by_text(fault)
        self._server = Server((host, port), self.app)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "PracticeHalo":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The root of the server, which is what an integration is told as the Halo address."""
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    @property
    def tenant(self):
        return self.app.tenant

    @property
    def switches(self) -> Switches:
        return self.app.switches

    @property
    def log(self) -> list[Entry]:
        """The latest requests but the control ones, oldest first."""
        return list(self.app.stats.log)

    def stats(self) -> dict:
        """As GET /practice/stats."""
        return stats(self.app)

    def set_fault(self, name: str, **settings: Any) -> Fault:
        """Switch a fault on; its `fired` tells how often it has happened."""
        return self.app.book.add(name, **settings)

    def clear_faults(self) -> None:
        self.app.book.clear()

    def change(self, entity: str, **change: Any) -> dict | None:
        """One change of a record, as POST /practice/records takes it: change("Client", record={…}, site={…})."""
        return change_record(self.app, {"entity": entity} | change)

    def reset(self) -> None:
        self.app.reset()

    def stop(self) -> None:
        """End at once: no more requests, slow ones are cut off."""
        self.app.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._journal:
            self._journal.close()

    def _set_by_text(self, text: str) -> None:
        name, settings = parse(text)
        self.set_fault(name, **settings)
