"""Queries compiled once a process: nearly every test makes an app, and with it an engine that knows none."""

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache


def compile_once(patch):
    """Let all engines of a kind of database share what they compile; `patch` is a pytest.MonkeyPatch.

    What SQLAlchemy keeps of a query is found by the query and the engine's dialect. Two of one kind differ in nothing
    here but in their identity.
    """
    kept = LRUCache(10_000)
    patch.setattr(Engine, "_compiled_cache", property(lambda _engine: kept, lambda _engine, _own: None), raising=False)
    patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
    patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
