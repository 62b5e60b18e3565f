"""Who belongs to whom: which sites a client has and which users a site, counted out by arithmetic.

Ids rise with the client, so everything that belongs to one parent is a range, and the parent of an id
is a bisection in one array of numbers. The first user of each site is its General User.
"""

from array import array
from bisect import bisect_right
from itertools import pairwise

from .dice import noise

UNKNOWN_CLIENT = 1
FIRST_CLIENT, FIRST_SITE, FIRST_USER = 21, 34, 812

_SITES, _SIZES = 901, 902
# Most clients are small, a few are large.
_WEIGHTS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 12, 20, 40)


class Plan:
    """companies: clients without client 1; contacts: users without the General Users."""

    def __init__(self, seed: int, companies: int, contacts: int):
        self.companies, self.contacts = companies, contacts
        self._site_bounds = _running_sum(_sites_of(seed, number) for number in range(companies + 1))
        site_count = self._site_bounds[-1]
        self._user_bounds = _shares(seed, site_count, contacts)
        self.clients = (UNKNOWN_CLIENT, *range(FIRST_CLIENT, FIRST_CLIENT + companies))
        self.sites = range(FIRST_SITE, FIRST_SITE + site_count)
        self.users = range(FIRST_USER, FIRST_USER + self._user_bounds[-1])

    def sites_of(self, client_id: int) -> range:
        """The ids of a client's sites, the main one first; empty for a client that was never planned."""
        number = self.client_number(client_id)
        if number is None:
            return range(0)
        return range(FIRST_SITE + self._site_bounds[number], FIRST_SITE + self._site_bounds[number + 1])

    def client_of(self, site_id: int) -> int:
        number = bisect_right(self._site_bounds, site_id - FIRST_SITE) - 1
        return UNKNOWN_CLIENT if number == 0 else FIRST_CLIENT + number - 1

    def users_of(self, site_id: int) -> range:
        """The ids of a site's users, its General User first; empty for a site that was never planned."""
        if site_id not in self.sites:
            return range(0)
        number = site_id - FIRST_SITE
        return range(FIRST_USER + self._user_bounds[number], FIRST_USER + self._user_bounds[number + 1])

    def site_of(self, user_id: int) -> int:
        return FIRST_SITE + bisect_right(self._user_bounds, user_id - FIRST_USER) - 1

    def is_general(self, user_id: int) -> bool:
        return self.users_of(self.site_of(user_id))[0] == user_id

    def client_number(self, client_id: int) -> int | None:
        """0 for client 1, then 1, 2, 3 in the order of ids; None for a client that was never planned."""
        if client_id == UNKNOWN_CLIENT:
            return 0
        number = client_id - FIRST_CLIENT + 1
        return number if 1 <= number <= self.companies else None


def _sites_of(seed: int, number: int) -> int:
    chance = noise(seed, _SITES, number) % 100
    return 1 if number == 0 or chance >= 9 else 3 if chance < 2 else 2


def _running_sum(counts) -> array:
    bounds = array("q", [0])
    for count in counts:
        bounds.append(bounds[-1] + count)
    return bounds


def _shares(seed: int, sites: int, contacts: int) -> array:
    """Bounds of each site's users: one General User and a share of the contacts, all of them given out."""
    weights = [_WEIGHTS[noise(seed, _SIZES, number) % len(_WEIGHTS)] for number in range(sites)]
    weights[0] = max(1, sum(weights) // 50)  # about 2 % belong to no real company
    sums = _running_sum(weights)
    shares = [contacts * reached // sums[-1] for reached in sums]
    return _running_sum(1 + after - before for before, after in pairwise(shares))
