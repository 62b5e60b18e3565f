"""The stages, in the order users walk them."""

from .companies import Companies
from .contacts import Contacts
from .notes import Notes
from .users import Users

STAGES = (Users(), Companies(), Contacts(), Notes())
BY_KEY = {stage.key: stage for stage in STAGES}


WORDS = {reading.kind: reading.word for one in STAGES for reading in one.readings}


def word(kind: str) -> str:
    """What people call one of Halo's records of a mirror kind: "client", "contact"."""
    return WORDS[kind]


def stage(key: str):
    """The stage with this key. Raises KeyError."""
    return BY_KEY[key]
