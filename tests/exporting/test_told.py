"""What is told of a sending is what Halo holds: nothing that was written is called not sent, what nobody knows is told
so, and one field that cannot be sent takes no other one down.
"""

import sqlalchemy as sa

from halo_admin.crm import types
from halo_admin.db import begin_write, db
from halo_admin.exporting import jobs, picking
from halo_admin.mirror.models import HaloRecord
from tests.exporting.test_faults import linked
from tests.importing.test_meanwhile import until_saving

__all__ = ["linked"]


def signed_in(world):
    client = world.app.test_client()
    client.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    return client


def test_what_cannot_be_read_back_is_told_as_partly_done(world, linked):
    export = world.opened("company", linked)
    down = world.fault("server-error", match="/api/Client/", method="GET", status=503, after=1)
    done = world.send(export, "website", "phone")
    assert down.fired > 0
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "not known", "phone": "not known"})
    assert "could not be read back" in done.results[0]["words"]
    assert world.site(21)["phonenumber"] == "+49 30 5550100"
    html = signed_in(world).get(f"/exports/{done.id}").text
    assert "Not sent" not in html
    assert "Partly done" not in html
    assert "Look into Halo again" in html


def test_a_record_that_is_gone_when_it_is_read_back_is_told(world, linked):
    export = world.opened("company", linked)
    gone = world.fault("gone-in-detail", match="/api/Client/", after=1)
    done = world.send(export, "website")
    assert gone.fired == 1
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "not known"})


def test_a_change_that_was_not_answered_is_not_known_and_never_called_refused(world, linked):
    export = world.opened("company", linked)
    lost = world.fault("hang-up", match="/api/Client", method="POST", times=1)
    nothing = world.fault("field-not-saved", field="website")
    done = world.send(export, "website", "phone")
    assert (lost.fired, nothing.fired) == (1, 1)
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "not known", "phone": "written"})
    html = signed_in(world).get(f"/exports/{done.id}").text
    assert "Refused" not in html
    assert "it may still save it" in html


def test_a_write_that_was_never_sent_leaves_the_others_told_as_they_are(world, linked):
    export = world.opened("company", linked)
    page = world.fault("server-error", match="/auth/token", status=503)
    ends = world.fault("token-expired", match="/api/Client", method="POST", times=1)
    done = world.send(export, "website", "phone")
    assert (page.fired > 0, ends.fired) == (True, 1)
    assert (done.state, world.outcomes(done)) == ("partly", {"phone": "not known", "website": "not sent"})
    assert world.site(21)["phonenumber"] == "+49 30 5550100"


def test_what_was_made_before_halo_went_out_of_reach_is_not_called_not_sent(world):
    export = world.opened("company", world.ours("Acme", country="Germany"))
    busy = world.fault("throttled", match="/api/Site", method="POST", times=1, retry_after="seconds", seconds=1)
    picking.start(world.picker(export), ["country"])
    jobs.work(export.id)
    world.fault("server-error", match="/api/Client", method="GET", status=503)
    done = world.worked(export)
    assert (busy.fired, done.state, done.is_new, len(world.clients("Acme"))) == (1, "partly", True, 1)
    html = signed_in(world).get(f"/exports/{done.id}").text
    assert f"Client {done.halo_id} was made, but not all of it was saved." in html


def test_what_was_written_before_halo_asked_to_wait_is_not_called_not_sent(world, linked):
    export = world.opened("company", linked)
    busy = world.fault("throttled", match="/api/Client", method="POST", times=1, retry_after="seconds", seconds=1)
    picking.start(world.picker(export), ["website", "phone"])
    jobs.work(export.id)
    world.fault("server-error", match="/api/Client", method="GET", status=503)
    done = world.worked(export)
    assert (busy.fired, done.state) == (1, "partly"), done.said
    assert world.site(21)["phonenumber"] == "+49 30 5550100"


def test_one_field_that_cannot_be_sent_takes_no_other_one_down(world, linked):
    world.halo.change("Agent", record={"name": "Ann", "email": "ann@example.com"})
    world.run("users")
    world.edit(linked, salesperson_id=world.ann.id)
    export = world.opened("company", linked)
    picking.start(world.picker(export), ["website", "salesperson"])
    begin_write()
    db.session.execute(sa.update(HaloRecord).where(HaloRecord.kind == "agent").values(ours_id=None))
    db.session.commit()
    done = world.worked(export)
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "written", "salesperson": "refused"})
    assert "is no Halo agent" in done.results[1]["words"]


def test_a_contact_moves_to_the_site_of_its_new_company(world):
    world.theirs("Acme", id=21)
    zoo = world.theirs("Zoo")
    second = world.halo.change("Site", record={"name": "Second", "client_id": zoo})["id"]
    world.person("Sam", "Poole", at=21, id=812)
    world.imported()
    world.run("contacts")
    sam = world.contact(first_name="Sam").id
    world.edit_contact(sam, company_id=world.company(name="Zoo").id, title="CEO")
    export = world.opened("contact", sam)
    assert [one[1:] for one in export.found["sites"]] == [["Main", True], ["Second", False]]
    assert world.rows(export)["company"].verdict == "newer here"
    assert "Site in Halo" in signed_in(world).get(f"/exports/{export.id}").text
    done = world.send(export, "company", "title", site=second)
    assert (done.state, set(world.outcomes(done).values())) == ("done", {"written"}), done.results
    assert world.halo.tenant.get("users", 812)["site_id"] == second
    assert world.record(812, "user").parent_id == zoo
    told = world.decision(world.run("contacts"), 812)
    assert (told["conflicts"], set(told["changes"]) - {"lists"}) == ([], set())
    assert world.contact(sam).company_id == world.company(name="Zoo").id


def test_a_company_without_a_site_or_none_at_all_is_a_problem_of_that_row_alone(world):
    world.theirs("Acme", id=21)
    zoo = world.theirs("Zoo")
    world.person("Sam", "Poole", at=21, id=812)
    world.imported()
    world.run("contacts")
    sam = world.contact(first_name="Sam").id
    world.halo.change("Site", record={"id": world.halo.tenant.get("clients", zoo)["main_site_id"], "inactive": True})
    world.edit_contact(sam, company_id=world.company(name="Zoo").id, title="CEO")
    export = world.opened("contact", sam)
    assert "Zoo has no active site in Halo" in world.rows(export)["company"].problem
    assert world.send(export, "title").state == "done"
    world.edit_contact(sam, company_id=None)
    row = world.rows(world.opened("contact", sam))["company"]
    assert (row.ticked, "belongs to a client" in row.problem) == (False, True)


def test_a_prospect_that_has_a_company_here_is_put_to_a_site_of_it(world):
    world.theirs("Acme", id=21)
    world.person("Sam", "Poole", at=21, id=812, is_prospect=True)
    world.imported()
    world.run("contacts")
    sam = world.contact(first_name="Sam")
    assert sam.company_id is None
    world.edit_contact(sam.id, company_id=world.company(name="Acme").id)
    export = world.opened("contact", sam.id)
    assert world.rows(export)["company"].verdict == "only here"
    done = world.send(export, "company")
    assert world.outcomes(done) == {"company": "kept"}, "Halo still calls them a prospect"


def test_an_import_that_has_compared_before_an_export_does_not_undo_it(world):
    world.theirs("Acme", phone="+49 30 5550100", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.theirs("Acme", phone="+49 30 5550199", id=21)
    run = until_saving(world)
    assert world.sent("company", acme, "phone", overwrites=True).state == "done"
    world.finish(run)
    assert world.company(acme).phone == "+49 30 5550100"
    assert world.site(21)["phonenumber"] == "+49 30 5550100"


def test_the_mirror_has_the_type_that_was_sent(world):
    world.theirs("Acme", id=21)
    world.theirs("Zoo", type="Partner")
    world.map()
    world.imported()
    acme = world.company(name="Acme")
    world.edit(acme.id, type_id=world.company(name="Zoo").type_id)
    assert world.sent("company", acme.id, "type").state == "done"
    assert world.record(21).type_key == "relationship:4"


def test_an_opt_out_of_all_mail_stays_known_when_something_else_is_sent(world):
    world.theirs("Acme", id=21)
    world.person("Sam", "Poole", at=21, id=812, neversendemails=True)
    world.imported()
    world.run("contacts")
    sam = world.contact(first_name="Sam")
    assert sam.unsubscribed
    world.edit_contact(sam.id, title="CEO")
    assert world.sent("contact", sam.id, "title").state == "done"
    assert world.record(812, "user").values["unsubscribed"] is True


def test_emptying_the_type_takes_the_first_relationship_away_and_says_that_the_others_stay(world):
    world.theirs("Acme", type=["Customer", "Supplier"], id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, type_id=None)
    export = world.opened("company", acme)
    row = world.rows(export)["type"]
    assert (row.ticked, row.note) == (False, "Halo's other relationship stays: Supplier.")
    assert "other relationship stays: Supplier." in signed_in(world).get(f"/exports/{export.id}").text
    done = world.send(export, "type")
    assert (done.state, world.outcomes(done)) == ("done", {"type": "written"})
    assert world.halo.tenant.get("clients", 21)["customer_relationship"] == [3]


def test_a_type_that_was_sent_as_one_that_means_something_else_here_is_told_as_written(world):
    world.theirs("Acme", id=21)
    world.theirs("Zoo", type="Partner")
    world.map()
    world.imported()
    acme = world.company(name="Acme").id
    begin_write()
    vendor = types.get_or_create(world.account.id, "Of another kind").id
    db.session.commit()
    world.edit(acme, type_id=vendor)
    export = world.opened("company", acme)
    key = next(key for key, label in world.rows(export)["type"].asks.items() if "Partner" in label)
    done = world.send(export, "type", type=key)
    assert (done.state, world.outcomes(done)) == ("done", {"type": "written"})
    assert world.halo.tenant.get("clients", 21)["customer_relationship"] == [4]


def test_a_customer_type_is_sent_and_cannot_be_where_relationships_count_before_it(world):
    world.theirs("Acme", id=21)
    world.theirs("Zoo", type=None, customertype=2, id=22)
    world.theirs("Yak", type=None, customertype=3, id=23)
    world.map()
    world.imported()
    zoo, yak, acme = (world.company(name=name) for name in ("Zoo", "Yak", "Acme"))
    assert zoo.type_id != yak.type_id
    world.edit(zoo.id, type_id=yak.type_id)
    done = world.sent("company", zoo.id, "type")
    assert (done.state, world.halo.tenant.get("clients", 22)["customertype"]) == ("done", 3), done.results
    world.edit(acme.id, type_id=yak.type_id)
    row = world.rows(world.opened("company", acme.id))["type"]
    assert (row.ticked, "relationships count before" in row.problem) == (False, True)
