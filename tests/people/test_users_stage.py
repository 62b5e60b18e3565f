"""The users stage: agents and roles are read, users with the same e-mail linked, and everything told."""

import re

import pytest

from halo_admin.importing.telling import decisions_of
from tests.importing.world import all_told, counts
from tests.people.staff import Staff


def reasons(run):
    return {one["halo_id"]: (one["action"], one["reason"]) for one in decisions_of(run, everything=True)}


def test_agents_are_linked_to_users_with_the_same_e_mail_and_nobody_is_made(world_on_each):
    world = world_on_each
    world.user("Bob", email="jo.roth@msp.example")
    jo, kim = world.agent(email="JO.Roth@msp.example"), world.agent("Kim Park")
    run = world.run()
    assert run.state == "done"
    assert all_told(run)
    assert counts(run) == {"linked": 1, "skipped": 2}
    assert world.linked() == {jo: "Bob"}
    assert set(world.users()) == {"ann", "Bob"}
    assert reasons(run)[jo] == ("linked", "its e-mail is that of Bob")
    assert reasons(run)[kim] == ("skipped", "its role type, No type, is not taken in unless it is ticked")


@pytest.mark.parametrize("envelope", ["results", "array", "agents"])
def test_agents_come_in_every_envelope_without_unassigned_and_with_api_agents_marked(world, envelope):
    world.halo.switches.turn("agent_envelope", envelope)
    world.agent()
    world.run()
    assert [(row.agent.name, row.agent.is_api) for row in world.rows()] == [("GlassHive API", True), ("Jo Roth", False)]


def test_importing_again_changes_nothing(world):
    world.user("Bob", email="jo.roth@msp.example")
    world.agent()
    world.run()
    before = world.rows()
    run = world.run()
    assert counts(run) == {"unchanged": 1, "skipped": 1}
    assert all_told(run)
    assert world.rows() == before


def test_two_requests_are_all_an_import_of_users_costs(world):
    world.agent()
    assert world.run().requests == 3  # a token, the roles, the agents


def test_more_agents_than_a_page_has_are_all_read(world):
    for number in range(130):
        world.agent(f"Agent {number}")
    run = world.run()
    assert run.facts["fetched"] == 131


def test_a_linked_agent_who_is_disabled_gone_or_renamed_later_stays_linked(world):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run()
    world.agent(id=jo, email="jo@elsewhere.example", active=False)
    run = world.run()
    assert counts(run)["unchanged"] == 1
    assert world.row(jo).plan.why == (
        "linked by its e-mail; it is disabled in Halo; its e-mail in Halo is jo@elsewhere.example"
    )
    world.halo.change("Agent", delete=jo)
    world.run()
    assert world.linked() == {jo: "Bob"}
    assert "Halo has it no more" in world.row(jo).plan.why


def test_former_agents_are_listed_and_can_be_added_without_sign_in(world):
    gone = world.agent("Max Old", active=False)
    world.run()
    page = world.visitor().get("/settings/halo/users").text
    assert "1 former agent, disabled in Halo" in page
    record = world.row(gone).agent.record_id
    answer = world.visitor().post(f"/settings/halo/users/agents/{record}", data={"do": "add"}, follow_redirects=True)
    assert "Max Old is added. They cannot sign in until they are invited." in answer.text
    assert world.linked() == {gone: "Max Old"}
    assert world.users()["Max Old"].password_hash is None


def test_another_run_that_finds_what_a_person_did_meanwhile_leaves_it(world):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run(purpose="read")
    record = world.row(jo).agent.record_id
    world.visitor().post(f"/settings/halo/users/agents/{record}", data={"do": "leave-out"})
    run = world.run()
    assert reasons(run)[jo] == ("skipped", "left out by ann")
    assert world.linked() == {}


def test_users_of_another_account_are_nobody_here(world):
    world.new_account("Cleo's MSP", "jo.roth@msp.example")
    jo = world.agent(roles=("Sales",))
    world.run()
    assert world.linked() == {}
    assert "jo.roth" not in world.row(jo).plan.why


def test_the_practice_tenants_agents_are_read_mapped_and_invited(sqlite_url, tmp_path):
    with Staff(sqlite_url, tmp_path, practice={"agents": 14}) as world:
        world.run()
        ann, page = world.visitor(), "/settings/halo/users"
        suggested = re.findall(r'name="(means-[^"]+)".*?</select>', ann.get(page).text, re.DOTALL)
        answers = {name: "salesperson" if "3" in name else "" for name in suggested}
        ann.post(f"{page}/roles", data=answers | {"take_in": ["salesperson", "none"]})
        chosen = [row for row in world.rows() if row.plan.what == "invite"]
        assert len(chosen) > 3
        assert {"it is an API agent: programs act as it"} <= {row.plan.why for row in world.rows()}
        shown = {"row": [row.agent.halo_id for row in chosen], "chosen": [row.agent.halo_id for row in chosen]}
        types = {f"types-{row.agent.halo_id}": list(row.agent.roles) for row in chosen}
        ann.post(page, data=shown | types | {"do": "invite"})
        said = ann.post(f"{page}/invite", data={"halo_id": shown["row"]}, follow_redirects=True).text
        assert f"{len(chosen)} people invited." in said
        assert len(world.linked()) == len(chosen)
