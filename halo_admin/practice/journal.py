"""The state file: every change of a tenant, one line each, so that a restart finds them again."""

import os
from dataclasses import asdict
from pathlib import Path

import msgspec

from .size import Size
from .tenant import Tenant


class WrongState(ValueError):
    """The state file belongs to a tenant of another seed or size."""


class Journal:
    """A file whose first line says which tenant it belongs to."""

    def __init__(self, path: Path | str):
        self._path = Path(path)
        self._header = b""

    def open(self, seed: int, size: Size, tenant: Tenant) -> None:
        """Carry out what the file holds and write down what happens from now on; raises WrongState."""
        self._header = msgspec.json.encode({"seed": seed, **asdict(size)}) + b"\n"
        self._replay(tenant)
        self._file = self._path.open("ab", buffering=0)
        if not self._file.tell():
            self._file.write(self._header)
        tenant.on_change = self.write

    def write(self, change: dict) -> None:
        """One change; it is in the file when this returns."""
        self._file.write(msgspec.json.encode(change) + b"\n")

    def clear(self) -> None:
        """Forget all changes."""
        self._file.truncate(0)
        self._file.write(self._header)

    def close(self) -> None:
        self._file.close()

    def _replay(self, tenant: Tenant) -> None:
        lines = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        if lines and lines[0] != self._header:
            raise WrongState(f"{self._path} holds the changes of another practice tenant: {lines[0].decode().strip()}")
        if lines and not lines[-1].endswith(b"\n"):
            # The process died while it wrote the last line; what it did not finish did not happen.
            os.truncate(self._path, sum(map(len, lines[:-1])))
            lines.pop()
        for line in lines[1:]:
            tenant.replay(msgspec.json.decode(line))
