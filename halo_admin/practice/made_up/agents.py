"""The MSP's own staff, agent 1 Unassigned and the agent the API acts as."""

from . import kinds
from .dice import Dice

UNASSIGNED = 1
# Roles by turns; most of a staff are technicians.
_ROLES = (1, 3, 3, 4, 2, 2, 2, 5, 2, 2)
_API_ROLE = 6


def agents(world) -> list[dict]:
    """All agents as the tenant keeps them; the last one is the API's own."""
    staff = [_agent(world, number) for number in range(2, 2 + world.size.agents)]
    return [_special(world, UNASSIGNED, "Unassigned", api=False), *staff, api_agent(world)]


def api_agent(world) -> dict:
    """The agent that client credentials act as."""
    return _special(world, 2 + world.size.agents, "GlassHive API", api=True)


def _agent(world, number: int) -> dict:
    dice = Dice(world.seed, kinds.AGENT, number)
    last = dice.pick(world.pools.surnames)
    first = dice.pick(world.pools.places[last.place].given_names)
    email = f"{first[1]}.{last.slug}@northwind-msp.example"
    return {
        "id": number,
        "name": f"{first[0]} {last.name}",
        "firstname": first[0],
        "surname": last.name,
        "email": "" if number == 11 else email.upper() if number == 7 else email,
        "isdisabled": number % 8 == 1,
        "isapiagent": False,
        "team": "Sales" if _role(number) in (3, 5) else "Service",
        "jobtitle": dice.pick(("", "Engineer", "Account Executive", "Marketing Lead")),
        "roles": [] if number % 6 == 0 else sorted({_role(number), dice.pick((_role(number), 2))}),
    }


def _role(number: int) -> int:
    return _ROLES[(number - 2) % len(_ROLES)]


def _special(world, number: int, name: str, api: bool) -> dict:
    first, _, last = name.partition(" ")
    return {
        "id": number, "name": name, "firstname": first, "surname": last, "email": "", "isdisabled": False,
        "isapiagent": api, "team": "", "jobtitle": "", "roles": [_API_ROLE] if api else [],
    }  # fmt: skip
