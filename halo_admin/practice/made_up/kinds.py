"""What all made-up records have in common: a number per kind, the off switch, the dates of change."""

from collections.abc import Callable

from . import times
from .dice import noise

CLIENT, SITE, USER, TICKET, NOTE, AGENT, ACTION = 1, 2, 3, 4, 5, 6, 7
DOMAIN, SWITCHBOARD, INACTIVE, STYLE, PERSON, SUBJECT = 21, 22, 23, 24, 25, 26

# One in so many is switched off; kinds not named here decide it themselves.
_ONE_IN = {CLIENT: 25, USER: 20}


def off_switch(seed: int, kind: int) -> Callable[[int], bool]:
    """Tells which made-up clients or users are switched off, by id, without making them and without much ado."""
    salt, one_in = noise(seed, INACTIVE, kind), _ONE_IN[kind]

    def is_off(record_id: int) -> bool:
        return record_id > 1 and ((record_id * 0x9E3779B1 ^ salt) * 0x85EBCA6B >> 16 & 0xFFFF) % one_in == 0

    return is_off


def dates(seed: int, kind: int, record_id: int, changed_name: str) -> dict:
    """When it was created and last changed, each written in one of Halo's ways."""
    style = noise(seed, STYLE, kind, record_id)
    return {
        "datecreated": times.written(times.made(seed, kind, record_id), style % 16),
        changed_name: times.written(times.changed(seed, kind, record_id), style // 16 % 16),
    }
