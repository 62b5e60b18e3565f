"""A Halo client whose answers the tests say, by respx, without waiting between tries."""

import pytest
import respx

from halo_admin.halo.client import Halo
from halo_admin.halo.places import Unlimited
from halo_admin.halo.wire import Backoff

from .told import SECRET, URL, token_answer

AT_ONCE = Backoff(tries=3, first=0, longest=0, jitter=0)


@pytest.fixture
def wire():
    """Answers by route; a request that no route expects fails the test. Signing in works."""
    with respx.mock(assert_all_called=False) as routes:
        routes.post(f"{URL}/auth/token", name="token").mock(side_effect=lambda request: token_answer())
        yield routes


@pytest.fixture
def make_halo():
    """Makes clients of the tenant under test; closed at the end."""
    made = []

    def make(quota=None, **options):
        options = {"backoff": AT_ONCE, "allow_private": True} | options
        made.append(Halo(options.pop("url", URL), "client-id", SECRET, quota or Unlimited(), **options))
        return made[-1]

    yield make
    for halo in made:
        halo.close()


@pytest.fixture
def halo(wire, make_halo):
    return make_halo()
