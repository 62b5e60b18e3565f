"""How much a practice tenant holds unless told otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """companies: clients without client 1; contacts: users without the General User that each site has."""

    companies: int = 600
    contacts: int = 1_700
    opportunities: int = 150
    notes: int = 500
    agents: int = 15
