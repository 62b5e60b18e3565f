"""The made-up tenant: the same for the same seed, messy, and no bigger than a first try may be."""

import os
import subprocess
import sys
from collections import Counter

import phonenumbers
import pytest

from halo_admin.practice.made_up.phones import DIALLING, MOBILE_AREAS, MOBILE_LEADS, line, plain
from halo_admin.practice.made_up.plan import Plan
from halo_admin.practice.made_up.world import World
from halo_admin.practice.size import Size
from tests.processes import ROOT


@pytest.fixture(scope="module")
def world():
    return World(1, Size())


def everything(world):
    plan = world.plan
    return [
        [make(key) for key in keys]
        for make, keys in ((world.client, plan.clients), (world.site, plan.sites), (world.user, plan.users))
    ]


def test_the_same_seed_gives_the_same_tenant_in_whatever_order_it_is_asked(world):
    again = World(1, Size())
    backwards = [again.user(key) for key in reversed(again.plan.users)]
    assert backwards[::-1] == [world.user(key) for key in world.plan.users]
    assert everything(again) == everything(world)
    assert again.agents == world.agents
    assert [again.ticket(key) for key in range(1201, 1300)] == [world.ticket(key) for key in range(1201, 1300)]


def test_the_same_seed_gives_the_same_tenant_in_another_process():
    """A practice Halo that is started again holds what it held: an import finds nothing changed."""
    told = "from halo_admin.practice.made_up.pools import pools; print(ascii(pools(1)))"

    def words(order_of_sets):
        env = os.environ | {"PYTHONHASHSEED": order_of_sets}
        return subprocess.run([sys.executable, "-c", told], cwd=ROOT, env=env, capture_output=True, check=True).stdout

    assert words("1") == words("2")


def test_another_seed_gives_another_tenant(world):
    other = World(2, Size())
    assert [other.client(key)["name"] for key in range(21, 60)] != [world.client(key)["name"] for key in range(21, 60)]


def test_a_size_is_met_exactly():
    for companies, contacts in ((0, 0), (1, 0), (7, 500), (300, 3)):
        plan = Plan(5, companies, contacts)
        assert len(plan.clients) == companies + 1
        assert len(plan.users) - len(plan.sites) == contacts


def test_everybody_has_a_parent_that_knows_them(world):
    plan = world.plan
    for site in plan.sites:
        assert site in plan.sites_of(plan.client_of(site))
    for user in plan.users:
        assert user in plan.users_of(plan.site_of(user))


def test_a_first_try_of_companies_and_contacts_needs_at_most_60_requests(start, ask):
    asking = ask(halo := start(companies=600, contacts=1700))
    for path, key in (("/Client", "clients"), ("/Site", "sites"), ("/Users", "users")):
        _, pages = asking.everything(path, key)
        asking.page(path, pages + 1)  # some clients ask for one page more
    for path in ("/Agent/me", "/Agent", "/Status", "/Lookup", "/Lookup", "/Opportunities", "/TopLevel"):
        asking.get(path, lookupid=33)
    assert halo.stats()["requests"] <= 60


def test_the_default_size_is_the_one_whose_requests_are_counted():
    assert (Size().companies, Size().contacts) == (600, 1700)


def test_some_phones_are_shared_by_several_clients(world):
    digits = Counter(_digits(site["phonenumber"]) for site in everything(world)[1] if len(site["phonenumber"]) > 9)
    assert max(digits.values()) >= 2
    assert sum(count == 1 for count in digits.values()) > 300


def test_phones_are_written_in_many_ways(world):
    phones = [site["phonenumber"] for site in everything(world)[1]]
    for mark in ("+", "00", "(0", "/", " ext 4", "Tel.", "n/a", "4.93E+10"):
        assert any(mark in phone for phone in phones), mark
    assert "" in phones


@pytest.mark.parametrize("country", DIALLING)
def test_the_numbers_underneath_are_valid(country):
    for number in (1, 77, 2_400, 444_000, 3_000_812):
        for parts in (
            line(country, number),
            line(country, number, MOBILE_AREAS[country], MOBILE_LEADS.get(country, "")),
        ):
            assert phonenumbers.is_valid_number(phonenumbers.parse(plain(parts))), plain(parts)


def test_websites_are_written_in_many_ways_and_some_are_nobodys(world):
    websites = [client["website"] for client in everything(world)[0]]
    for mark in ("https://www.", "HTTP://", "utm_source", "facebook.com", "gmail.com", "n/a"):
        assert any(mark in website for website in websites), mark
    assert any(website.startswith("www.") for website in websites)
    assert any("/" not in website and "." in website for website in websites)
    assert "" in websites


def test_names_and_domains_of_clients_differ_but_for_a_few():
    world = World(1, Size(companies=100_000, contacts=0))
    names = {world.company_name(number)[:2] for number in range(1, 100_001)}
    assert len(names) == 100_000
    domains = Counter(world.domain(number) for number in range(1, 20_001))
    assert len(domains) > 19_500
    assert domains.most_common(1)[0][1] > 1


def test_clients_have_several_relationships_one_type_both_or_none(world):
    clients = everything(world)[0]
    kinds = Counter((len(client["customer_relationship"]), client["customertype"] > 0) for client in clients)
    assert {(0, False), (0, True), (1, False), (1, True), (2, False), (3, False)} <= set(kinds)
    known = {row["id"] for row in world.settings["lookups"] if row["lookupid"] == 33}
    assert {client["customertype"] for client in clients} - known == {14}


def test_some_clients_have_several_sites_active_and_not(world):
    sites = everything(world)[1]
    counts = Counter(site["client_id"] for site in sites)
    assert {1, 2, 3} <= set(counts.values())
    second = [site for site in sites if site["id"] != world.client(site["client_id"])["main_site_id"]]
    assert {site["inactive"] for site in second} == {True, False}


def test_contacts_are_as_messy_as_real_ones(world):
    users = everything(world)[2]
    emails = [user["emailaddress"] for user in users if user["emailaddress"]]
    folded = Counter(email.strip().casefold() for email in emails)
    assert max(folded.values()) >= 2
    assert any(email.isupper() for email in emails)
    assert any("@" not in email for email in emails)
    assert any(";" in email for email in emails)
    for flag in ("inactive", "isserviceaccount", "is_prospect", "linked_agent_id"):
        assert any(user[flag] for user in users), flag
    assert any(not user["firstname"] and user["name"] for user in users)
    assert 20 < len(list(world.plan.users_of(world.plan.sites_of(1)[0]))) < 100


def test_names_come_from_several_scripts(world):
    names = "".join(user["name"] for user in everything(world)[2])
    assert any("\u00df" <= letter <= "\u017f" for letter in names)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in names)
    assert any("🚀" in client["name"] for client in everything(world)[0])


def test_agents_have_roles_and_some_are_off(world):
    agents = list(world.agents.values())
    assert sum(agent["isdisabled"] for agent in agents) >= 1
    assert sum(agent["isapiagent"] for agent in agents) == 1
    assert any(len(agent["roles"]) > 1 for agent in agents)
    assert any(agent["email"] == "" for agent in agents if agent["roles"])


def test_some_opportunities_only_name_a_prospect(world):
    sales = [world.ticket(key) for key in range(1201, 1351)]
    assert any(sale["oppcompanyname"] and sale["client_id"] == 1 for sale in sales)
    assert {sale["agent_id"] for sale in sales} >= {1, 2}
    assert {sale["user_id"] for sale in sales} >= {0, -1}


def test_opportunities_are_as_messy_as_real_ones(world):
    sales = [world.ticket(key) for key in range(1201, 1351)]
    known = {row["id"] for row in world.settings["statuses"]}
    assert {sale["status_id"] for sale in sales} - known == {77}
    for flag in ("deleted", "inactive", "merged_into_id", "hasbeenclosed"):
        assert {bool(sale[flag]) for sale in sales} == {True, False}, flag
    assert any(not sale["summary"] for sale in sales)
    assert any(sale["oppvalue"] == 0 for sale in sales)
    assert any(sale["oppvalue"] > 1_000_000 for sale in sales)
    assert any(world.plan.is_general(sale["user_id"]) for sale in sales if sale["user_id"] > 0)
    assert len({sale["oppcompanyname"] for sale in sales}) > 3


def _digits(phone):
    return "".join(letter for letter in phone.partition("ext")[0].partition("x12")[0] if letter.isdigit())[-8:]
