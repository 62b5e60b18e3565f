"""The stages, in the order users walk them."""

from .companies import Companies
from .contacts import Contacts
from .notes import Notes
from .opportunities import Opportunities
from .users import Users

STAGES = (Users(), Companies(), Contacts(), Opportunities(), Notes())
BY_KEY = {stage.key: stage for stage in STAGES}


READINGS = {reading.kind: reading for one in STAGES for reading in one.readings}


def word(kind: str) -> str:
    """What people call one of Halo's records of a mirror kind: "client", "contact"."""
    return READINGS[kind].word


def words(kind: str) -> str:
    """What people call many of them: "clients", "contacts"."""
    return READINGS[kind].words or f"{word(kind)}s"


def stage(key: str):
    """The stage with this key. Raises KeyError."""
    return BY_KEY[key]
