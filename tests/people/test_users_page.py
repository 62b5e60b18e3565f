"""The page of the users stage: mapping, role types, links by hand, leaving out; all by plain forms."""

import pytest

from halo_admin.connecting.models import StageState
from halo_admin.db import db
from tests.people.staff import Staff

PAGE = "/settings/halo/users"


@pytest.fixture
def ann(world):
    return world.visitor()


def form(world, *chosen, **types):
    """The table as a browser sends it: its rows, their role types as shown (or as given by name), who is ticked."""
    sent = {"row": [], "chosen": []}
    for row in world.rows():
        if row.agent.user_id or row.agent.is_api:
            continue
        sent["row"].append(row.agent.halo_id)
        first = row.agent.name.split()[0]
        sent[f"types-{row.agent.halo_id}"] = types.get(first, list(row.agent.roles))
        if row.agent.halo_id in chosen:
            sent["chosen"].append(row.agent.halo_id)
    return sent


def do(world, client, halo_id, deed, **more):
    record = world.row(halo_id).agent.record_id
    more = {f"user-{record}": more["user"]} if "user" in more else {}
    return client.post(f"{PAGE}/agents/{record}", data=form(world) | {"do": deed} | more, follow_redirects=True)


def done_at(world):
    db.session.rollback()
    state = db.session.get(StageState, (world.tenant().id, "users"))
    db.session.refresh(state)
    return state.done_at


def test_before_anything_was_read_the_page_offers_to_read(world, ann):
    page = ann.get(PAGE)
    assert page.status_code == 200
    assert "Halo agents</h2>" not in page.text


def test_without_a_connection_the_page_leads_to_it(sqlite_url, tmp_path):
    with Staff(sqlite_url, tmp_path, connect=False) as world:
        assert "Connect Halo" in world.visitor().get(PAGE).text


def test_the_mapping_of_halos_roles_is_suggested_and_fills_in_role_types_once_saved(world, ann):
    jo = world.agent(roles=("Sales", "Technician"))
    world.agent("Kim Park", roles=("Administrator",))
    world.run()
    page = ann.get(PAGE).text
    assert page.count("Suggested") == 4  # Administrator, Sales, Marketing, Account Manager
    assert world.row(jo).agent.roles == ()
    keys = {"role:1": "admin", "role:2": "", "role:3": "salesperson"}
    sent = {f"means-{key}": value for key, value in keys.items()} | {"take_in": ["salesperson", "admin"]}
    assert ann.post(f"{PAGE}/roles", data=sent).status_code == 303
    assert world.row(jo).agent.roles == ("salesperson",)
    assert world.row(jo).plan.why == "nobody here has its e-mail; it comes as Salesperson"


def test_only_the_role_types_that_are_chosen_are_taken_in(world, ann):
    jo = world.agent(roles=("Sales",))
    world.run()
    ann.post(f"{PAGE}/roles", data={"means-role:3": "salesperson", "take_in": ["admin"]})
    assert world.row(jo).plan.why == "its role type, Salesperson, is not taken in unless it is ticked"
    ann.post(f"{PAGE}/roles", data={"means-role:3": "salesperson", "take_in": ["none", "salesperson"]})
    assert world.row(jo).plan.what == "invite"


@pytest.mark.parametrize("sent", [{"means-role:3": "boss"}, {"take_in": ["boss"]}])
def test_a_role_type_there_is_not_is_a_sentence_and_changes_nothing(world, ann, sent):
    jo = world.agent(roles=("Sales",))
    world.run()
    answer = ann.post(f"{PAGE}/roles", data=sent)
    assert answer.status_code == 422
    assert "is no role type" in answer.text
    assert world.row(jo).agent.roles == ()


def test_role_types_of_a_row_are_changed_by_hand_and_several_are_allowed(world, ann):
    jo, kim = world.agent(roles=("Sales",)), world.agent("Kim Park")
    world.run()
    ann.post(f"{PAGE}/roles", data={"means-role:3": "salesperson"})
    ann.post(PAGE, data=form(world, Kim=["marketer", "admin"]) | {"do": "save"})
    assert world.row(kim).agent.roles == ("admin", "marketer")
    assert world.row(kim).agent.by_hand
    assert not world.row(jo).agent.by_hand, "what is as the mapping says stays with the mapping"


def test_nobody_is_ticked_by_default_and_tick_all_skips_no_type_and_whom_nothing_can_become_of(world, ann):
    world.user("Bob", email="lee@msp.example")
    jo, kim = world.agent(roles=("Sales",)), world.agent("Kim Park")
    lee = world.agent("Lee Moss", email="lee@msp.example", roles=("Sales",))
    one, two = (world.agent(name, email="same@msp.example", roles=("Sales",)) for name in ("Ada One", "Ada Two"))
    world.run(purpose="read")
    ann.post(f"{PAGE}/roles", data={"means-role:3": "salesperson", "take_in": ["salesperson"]})
    assert 'name="chosen"' in ann.get(PAGE).text
    assert not any(row.agent.chosen for row in world.rows())
    ann.post(PAGE, data=form(world) | {"do": "tick-all"})
    assert {row.agent.halo_id for row in world.rows() if row.agent.chosen} == {jo, lee}
    assert not {kim, one, two} & {row.agent.halo_id for row in world.rows() if row.agent.chosen}
    ann.post(PAGE, data=form(world) | {"do": "tick-none"})
    assert not any(row.agent.chosen for row in world.rows())


def test_whoever_could_be_invited_is_invited_only_once_ticked(world, ann):
    world.agent(roles=("Sales",))
    world.run(purpose="read")
    ann.post(f"{PAGE}/roles", data={"means-role:3": "salesperson", "take_in": ["salesperson"]})
    assert "<strong>Invite, once ticked</strong>" in ann.get(PAGE).text
    ann.post(PAGE, data=form(world) | {"do": "tick-all"})
    assert "<strong>Invite</strong>" in ann.get(PAGE).text


def test_saving_links_who_is_ticked_and_here_already(world, ann):
    world.user("Bob", email="jo.roth@msp.example", roles=["marketer"])
    jo, kim = world.agent(roles=("Sales",)), world.agent("Kim Park")
    world.run(purpose="read")
    answer = ann.post(PAGE, data=form(world, jo, kim) | {"do": "save"}, follow_redirects=True)
    assert "Saved. Linked: Jo Roth." in answer.text
    assert world.linked() == {jo: "Bob"}
    assert world.users()["Bob"].roles == ["marketer"]
    assert world.row(kim).agent.chosen, "whom to invite is remembered"


def test_saving_with_nobody_chosen_completes_the_stage(world, ann):
    world.agent()
    world.run(purpose="read")
    state = db.session.get(StageState, (world.tenant().id, "users"))
    state.done_at = None
    db.session.commit()
    assert done_at(world) is None
    ann.post(PAGE, data=form(world) | {"do": "save"})
    assert done_at(world) is not None


def test_an_agent_is_linked_by_hand_whatever_its_e_mail_and_unlinked_for_good(world, ann):
    bob, jo = world.user("Bob"), world.agent()
    world.run()
    assert "Jo Roth is linked to Bob." in do(world, ann, jo, "link", user=bob).text
    assert world.row(jo).plan.why == "linked by hand; its e-mail in Halo is jo.roth@msp.example"
    assert "Jo Roth is no longer linked." in do(world, ann, jo, "unlink").text
    world.run()
    assert world.linked() == {}
    assert world.row(jo).plan.why == "unlinked by ann"
    assert "Jo Roth is linked to Bob." in do(world, ann, jo, "link", user=bob).text


def test_a_user_is_linked_to_one_agent(world, ann):
    bob, jo, kim = world.user("Bob"), world.agent(), world.agent("Kim Park")
    world.run()
    do(world, ann, jo, "link", user=bob)
    answer = do(world, ann, kim, "link", user=bob)
    assert answer.status_code == 422
    assert f"Bob is linked to Halo agent {jo}, Jo Roth: unlink that first." in answer.text
    assert "Choose the user it is." in do(world, ann, kim, "link", user="").text
    assert world.linked() == {jo: "Bob"}


def test_an_agent_is_added_without_inviting_with_the_role_types_typed(world, ann):
    jo = world.agent()
    world.run()
    record = world.row(jo).agent.record_id
    sent = form(world, Jo=["salesperson"]) | {"do": "add"}
    assert "Jo Roth is added." in ann.post(f"{PAGE}/agents/{record}", data=sent, follow_redirects=True).text
    user = world.users()["Jo Roth"]
    assert (user.email, user.roles, user.password_hash) == ("jo.roth@msp.example", ["salesperson"], None)
    assert world.linked() == {jo: "Jo Roth"}
    answer = world.app.test_client().post("/sign-in", data={"email": user.email, "password": "None"})
    assert answer.status_code == 422


def test_agents_without_an_e_mail_can_be_added_without_inviting(world, ann):
    jo, kim = world.agent(email=None), world.agent("Kim Park", email=None)
    world.run()
    for one in (jo, kim):
        do(world, ann, one, "add")
    assert world.linked() == {jo: "Jo Roth", kim: "Kim Park"}
    assert ann.get("/settings/users").status_code == 200


def test_whoever_is_here_already_is_linked_instead_of_added(world, ann):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run(purpose="read")
    answer = do(world, ann, jo, "add")
    assert answer.status_code == 422
    assert "Bob has the same e-mail: link it to Bob instead." in answer.text


def test_an_agent_is_left_out_and_brought_back(world, ann):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run(purpose="read")
    assert "Jo Roth is left out." in do(world, ann, jo, "leave-out").text
    world.run()
    assert world.linked() == {}
    assert "Jo Roth" in ann.get("/settings/halo/left-out").text
    do(world, ann, jo, "bring-back")
    world.run()
    assert world.linked() == {jo: "Bob"}


def test_what_was_typed_into_other_rows_is_kept_when_one_row_is_changed(world, ann):
    jo, kim = world.agent(), world.agent("Kim Park")
    world.run()
    record = world.row(jo).agent.record_id
    ann.post(f"{PAGE}/agents/{record}", data=form(world, kim, Kim=["admin"]) | {"do": "leave-out"})
    assert (world.row(kim).agent.roles, world.row(kim).agent.chosen) == (("admin",), True)


def test_nothing_is_changed_while_an_import_is_running(world, ann):
    jo = world.agent()
    world.run()
    world.start()
    answer = do(world, ann, jo, "leave-out")
    assert answer.status_code == 422
    assert "An import is running." in answer.text


def test_roles_are_mapped_from_the_shell(world):
    world.agent(roles=("Sales",))
    run = world.app.test_cli_runner().invoke
    here = ["--account", str(world.account.id), "--kind", "role"]
    assert "run `halo read users`" in run(args=["halo", "map", *here]).output
    world.run(purpose="read")
    assert "Sales  1  → not answered (perhaps Salesperson)" in run(args=["halo", "map", *here]).output
    assert "Sales  1  → Salesperson" in run(args=["halo", "map", *here, "--set", "sales=salesperson"]).output
    done = run(args=["halo", "map", *here, "--all"])
    assert "Marketing  0  → Marketer" in done.output
    assert "Technician  0  → No type" in done.output
    assert "“Boss” is no role type" in run(args=["halo", "map", *here, "--set", "Sales=Boss"]).output
    assert "Halo has no role “Chef”" in run(args=["halo", "map", *here, "--set", "Chef=Admin"]).output
