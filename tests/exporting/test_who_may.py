"""Who may send to Halo: salespeople as an account begins, on its records; its settings stay closed to them."""

from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.db import begin_write, db
from halo_admin.exporting import jobs
from halo_admin.exporting.models import Export

PASSWORD = "a long password"


def somebody(world, *roles):
    begin_write()
    account = db.session.get(Account, world.account.id)
    people.add_user(account, "bob@example.com", "Bob", list(roles), PASSWORD)
    db.session.commit()
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": "bob@example.com", "password": PASSWORD})
    return visitor


def send(world, visitor, company_id, *fields):
    """Through the pages, with the work of the workers done in between; the answer to the last press."""
    opened = visitor.post(f"/companies/{company_id}/send")
    if opened.status_code != 303:
        return opened
    export_id = int(opened.location.rpartition("/")[2])
    jobs.work_inline(export_id)
    answer = visitor.post(f"/exports/{export_id}/send", data={"field": list(fields)})
    jobs.work_inline(export_id)
    return answer


def test_a_salesperson_is_refused_on_settings_and_allowed_to_send(world):
    client_id = world.theirs("Acme")
    world.imported()
    (acme,) = [one.id for one in world.companies() if one.name == "Acme"]
    bob = somebody(world, "salesperson")
    refused = bob.get("/settings/halo")
    assert refused.status_code == 403
    assert "You may not do this. Ask an admin of your account." in refused.text
    bob.post(f"/companies/{acme}/edit", data={"name": "Acme", "phone": "+49 30 5550199", "version": "1"})
    db.session.rollback()
    assert send(world, bob, acme, "phone").status_code == 303
    db.session.rollback()
    assert db.session.query(Export).one().state == "done"
    assert world.site(client_id)["phonenumber"] == "+49 30 5550199"
    ann = world.app.test_client()
    ann.post("/sign-in", data={"email": "ann@example.com", "password": PASSWORD})
    told = ann.get("/settings/audit?kind=export").text
    assert "Sent Acme to Halo: " in told
    assert ">Bob</td>" in told


def test_who_has_no_role_is_refused(world):
    assert send(world, somebody(world), world.ours("Acme")).status_code == 403


def test_a_role_that_the_account_no_longer_lets_send_is_refused(world):
    acme = world.ours("Acme")
    begin_write()
    db.session.get(Account, world.account.id).senders = ["marketer"]
    db.session.commit()
    assert send(world, somebody(world, "salesperson"), acme).status_code == 403
