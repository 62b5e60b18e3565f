"""The stages, in the order users walk them."""

from .companies import Companies

STAGES = (Companies(),)
BY_KEY = {stage.key: stage for stage in STAGES}


def stage(key: str):
    """The stage with this key. Raises KeyError."""
    return BY_KEY[key]
