"""What an import does not do again: pages that come as the last time, and records that stay out for the same reason."""

import pytest
import sqlalchemy as sa

from halo_admin.db import db
from halo_admin.halo import decoding
from halo_admin.importing import details, known_pages, legs
from halo_admin.importing.deciding import Deciding
from halo_admin.importing.models import Decision
from halo_admin.mirror.models import HaloPage
from tests.importing.world import all_told, counts

PEOPLE = 250


@pytest.fixture
def acme(world):
    """A customer of Halo's; its Halo id."""
    return world.theirs("Acme")


@pytest.fixture
def people(world, acme):
    """The Halo ids of so many of its people that their list has pages."""
    return [
        world.person("Sam", f"Poole {number}", at=acme, email=f"sam{number}@acme.example") for number in range(PEOPLE)
    ]


@pytest.fixture
def read(monkeypatch):
    """The lists whose pages were decoded since it was cleared."""
    decoded, page = [], decoding.page

    def watched(body, keys, reader, digest=""):
        decoded.append(keys[0])
        return page(body, keys, reader, digest)

    monkeypatch.setattr(decoding, "page", watched)
    return decoded


@pytest.fixture
def decided(monkeypatch):
    """The Halo ids that were decided about since it was cleared."""
    seen, decisions = [], Deciding.decisions

    def watched(deciding):
        seen.extend(row.halo_id for row in deciding.rows)
        return decisions(deciding)

    monkeypatch.setattr(Deciding, "decisions", watched)
    return seen


def test_pages_that_come_as_the_last_time_are_not_read(world, people, read):
    world.imported_contacts()
    assert read.count("users") == 3
    read.clear()
    run = world.imported_contacts()
    assert (read, run.facts["read"][0]["seen"], counts(run)["unchanged"]) == ([], PEOPLE + 2, PEOPLE)


def test_only_the_page_with_a_change_is_read(world, acme, people, read):
    world.imported_contacts()
    read.clear()
    world.person("Sam", "Poole 99", id=people[99], at=acme, email="sam99@acme.example", title="CTO")
    run = world.imported_contacts()
    assert read == ["users"]
    assert counts(run)["updated"] == 1
    assert world.contact(last_name="Poole 99").title == "CTO"


def test_who_vanished_from_a_known_page_is_gone(world, acme, people):
    user = world.person("Zoe", "Last", at=acme, email="zoe@acme.example")
    world.imported_contacts()
    world.halo.tenant.drop("users", user)
    run = world.imported_contacts()
    assert run.facts["gone"] == 1
    assert world.record(user, "user").gone_at is not None


@pytest.fixture
def site(world, acme, read):
    """The Halo id of Acme's main site. It was imported twice: nothing is decoded as long as nothing changes."""
    world.imported()
    world.imported()
    read.clear()
    return world.halo.tenant.get("clients", acme)["main_site_id"]


def swept(read):
    """The lists that were decoded, but for the short ones that a mapping is about."""
    return [one for one in read if one != "lookups"]


def test_companies_are_read_again_where_one_of_the_sites_has_changed(world, site, read):
    world.imported()
    assert swept(read) == []
    world.halo.change("Site", record={"id": site, "phonenumber": "+49 30 5550177"})
    world.imported()
    assert (swept(read), world.company().phone) == (["sites", "clients"], "+49 30 5550177")
    read.clear()
    world.imported()
    assert swept(read) == []


def test_companies_are_read_again_where_a_site_goes_or_comes_back(world, acme, site, read):
    second = world.halo.change("Site", record={"name": "Depot", "client_id": acme})["id"]
    world.imported()
    read.clear()
    depot = world.halo.tenant.drop("sites", second)
    world.imported()
    assert (swept(read), world.record(second, "site").gone_at is None) == (["sites", "clients"], False)
    read.clear()
    world.halo.tenant.put("sites", second, depot)
    world.imported()
    assert (swept(read), world.record(second, "site").gone_at) == (["sites", "clients"], None)


def test_companies_are_read_again_where_halo_does_not_hold_a_site_that_it_lists(world, site, read):
    run = world.start("companies")
    leg = legs.Leg(*legs.take(run.id), 60)
    with leg.batch():
        details.keep(leg, "site", site, None)
    leg.give_back()
    leg.close()
    world.finish(run)
    assert swept(read) == ["sites", "clients"]
    assert world.record(site, "site").gone_at is None


def test_full_reads_every_page(world, people, read):
    world.imported_contacts()
    read.clear()
    world.imported_contacts(full=True)
    assert read.count("users") == 3


def test_pages_read_by_other_code_are_read_anew(world, people, read, monkeypatch):
    world.imported_contacts()
    read.clear()
    monkeypatch.setattr(known_pages, "code", lambda: b"of another release")
    world.imported_contacts()
    assert read.count("users") == 3
    read.clear()
    world.imported_contacts()
    assert read == []


def test_a_page_with_a_row_that_cannot_be_read_is_read_every_time(world, people, read):
    fault = world.halo.set_fault("row-is-text", match="/users", ids=[], every=200)
    world.imported_contacts()
    assert fault.fired
    read.clear()
    world.imported_contacts()
    assert 1 <= read.count("users") < 3


def test_a_page_whose_rows_the_mirror_does_not_hold_is_read(world, people, read):
    world.imported_contacts()
    page = db.session.get(HaloPage, (world.tenant().id, "user", 1))
    page.halo_ids = [*page.halo_ids[:-1], 987654]
    db.session.commit()
    read.clear()
    world.imported_contacts()
    assert "users" in read


def test_a_list_that_repeats_itself_is_not_taken_for_known(world, people):
    world.imported_contacts()
    fault = world.halo.set_fault("page-repeated", match="/api/Users")
    runs = [world.imported_contacts() for _ in range(3)]
    assert fault.fired
    assert [run.facts["read"][0]["seen"] for run in runs] == [100, 100, 100]
    assert all(all_told(run) for run in runs)


def test_what_stays_out_for_the_same_reason_is_told_again_without_being_decided(world, acme, people, decided):
    nobody = world.person("Nora", at=acme, email=None)
    first = world.imported_contacts()
    decided.clear()
    run = world.imported_contacts()
    assert decided == []
    assert counts(run) == {"unchanged": PEOPLE, "skipped": 3}
    assert world.decision(run, nobody)["reason"] == world.decision(first, nobody)["reason"] == "it has no e-mail"
    assert all_told(run)


def test_a_reason_that_names_a_company_follows_its_name(world, acme):
    world.imported()
    late = world.theirs("Late Ltd")
    user = world.person("Zoe", at=late)
    world.read()
    run = world.imported_contacts()
    assert world.decision(run, user)["reason"] == "its company, Late Ltd, has not been imported yet"
    world.theirs("Later Ltd", id=late)
    world.read()
    run = world.imported_contacts()
    assert world.decision(run, user)["reason"] == "its company, Later Ltd, has not been imported yet"


def test_a_choice_or_a_mapping_that_changed_decides_anew(world, acme):
    nobody = world.person("Nora", at=acme, email=None)
    world.imported_contacts()
    world.imported_contacts()
    world.choose(without_email="import")
    assert world.decision(world.imported_contacts(), nobody)["action"] == "created"


def test_a_reason_that_nobody_has_told_is_found_again(world, acme, decided):
    nobody = world.person("Nora", at=acme, email=None)
    first = world.imported_contacts()
    db.session.execute(sa.delete(Decision).where(Decision.run_id == first.id, Decision.action == "skipped"))
    db.session.commit()
    decided.clear()
    run = world.imported_contacts()
    assert nobody in decided
    assert world.decision(run, nobody)["reason"] == "it has no e-mail"
