"""Everything made up for one tenant: asks the makers for one record at a time and keeps the latest few."""

from functools import lru_cache, partial

from ..size import Size
from . import agents, companies, kinds, notes, people, sales, settings
from .plan import Plan
from .pools import pools

_KEPT = 20_000


class World:
    """The made-up part of a tenant. The dicts it hands out are shared: copy before changing one."""

    def __init__(self, seed: int, size: Size):
        self.seed, self.size = seed, size
        self.plan = Plan(seed, size.companies, size.contacts)
        self.pools = pools(seed)
        self.client_is_off = kinds.off_switch(seed, kinds.CLIENT)
        self._is_off = kinds.off_switch(seed, kinds.USER)
        self.company_name = _remembering(companies.company_name, self)
        self.domain = _remembering(companies.domain, self)
        self.client = _remembering(companies.client, self)
        self.site = _remembering(companies.site, self)
        self.user = _remembering(people.user, self)
        self.ticket = _remembering(sales.ticket, self)
        self.note = _remembering(notes.note, self)
        self.agents = {agent["id"]: agent for agent in agents.agents(self)}
        self.settings = settings.settings(seed)

    def user_is_off(self, user_id: int) -> bool:
        """General Users never are."""
        return self._is_off(user_id) and not self.plan.is_general(user_id)


def _remembering(make, world):
    return lru_cache(maxsize=_KEPT)(partial(make, world))
