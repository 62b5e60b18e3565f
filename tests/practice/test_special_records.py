"""halo-api.md 5.1, points 9, 13 and 16: special rows, ids that are not what they seem, opportunities."""

from tests.practice.asking import ids


def test_client_1_is_unknown_and_agent_1_unassigned(halo_says):
    assert halo_says.get("/Client/1").json()["name"] == "Unknown"
    assert halo_says.get("/Agent/1").json()["name"] == "Unassigned"
    shown = halo_says.get("/Agent", includeunassigned=False).json()["results"]
    assert 1 not in ids(shown)


def test_every_client_has_a_main_site_and_every_site_a_general_user(halo_says):
    clients = halo_says.everything("/Client", "clients")[0]
    sites = {site["id"]: site for site in halo_says.everything("/Site", "sites")[0]}
    users = halo_says.everything("/Users", "users")[0]
    assert all(sites[client["main_site_id"]]["client_id"] == client["id"] for client in clients)
    general = [user["site_id_int"] for user in users if user["name"] == "General User"]
    assert sorted(general) == sorted(sites)


def test_lookup_ids_are_unique_inside_their_kind_only(halo_says):
    kinds = halo_says.get("/Lookup", lookupid=11).json()
    types, stages = (halo_says.get("/Lookup", lookupid=kind).json() for kind in (33, 71))
    assert {33, 71} <= set(ids(kinds))
    assert set(ids(types)) & set(ids(stages))
    assert {row["lookupid"] for row in types} == {33}


def test_lookups_hide_inactive_codes_and_row_0_as_asked(halo_says):
    shown = ids(halo_says.get("/Lookup", lookupid=33).json())
    every = ids(halo_says.get("/Lookup", lookupid=33, showallcodes=True).json())
    assert set(every) - set(shown) == {12}
    assert 0 in shown
    assert 0 not in ids(halo_says.get("/Lookup", lookupid=33, exclude_zero=True).json())


def test_action_ids_begin_at_1_on_every_ticket(halo_says):
    for ticket in (1201, 1202):
        actions = halo_says.get("/Actions", ticket_id=ticket).json()["actions"]
        assert ids(actions) == list(range(1, len(actions) + 1))
        assert {action["ticket_id"] for action in actions} == {ticket}
    assert halo_says.get("/Actions", ticket_id=999_999).json() == {"record_count": 0, "actions": []}


def test_notes_are_listed_by_client_site_or_user(start, ask):
    halo = start(notes=300)
    asking = ask(halo)
    for name in ("client_id", "site_id", "user_id"):
        note = _a_note_about(halo, name)
        found = asking.get("/CRMNote", **{name: note[name]}, count=1000).json()["actions"]
        assert note["id"] in ids(found)
        assert {row[name] for row in found} == {note[name]}


def test_notes_of_a_client_include_those_of_its_users_by_the_switch(start, ask):
    halo = start(notes=300)
    note, asking = _a_note_about(halo, "user_id"), ask(halo)

    def notes():
        return ids(asking.get("/CRMNote", client_id=note["client_id"], count=1000).json()["actions"])

    assert note["id"] in notes()
    halo.switches.turn("crm_client_includes_users", "off")
    assert note["id"] not in notes()


def test_a_note_list_without_a_count_is_short_and_without_a_subject_refused(start, ask):
    asking = ask(start(companies=1, notes=300))
    assert len(asking.get("/CRMNote", client_id=21).json()["actions"]) == 15
    assert len(asking.get("/CRMNote", client_id=21, count=1000).json()["actions"]) > 15
    assert asking.get("/CRMNote").status_code == 400


def test_opportunities_are_tickets(halo_says):
    opportunities = halo_says.page("/Opportunities")["tickets"]
    tickets = halo_says.page("/Tickets")["tickets"]
    uses = {row["id"]: row["use"] for row in halo_says.get("/TicketType").json()}
    assert {uses[row["tickettype_id"]] for row in opportunities} == {"opps"}
    assert set(ids(opportunities)) < set(ids(tickets))
    first = opportunities[0]["id"]
    assert halo_says.get(f"/Tickets/{first}").json() == halo_says.get(f"/Opportunities/{first}").json()


def test_names_of_status_type_and_agent_come_only_when_asked_for(halo_says):
    plain = halo_says.page("/Opportunities")["tickets"][0]
    asked = halo_says.page("/Opportunities", includestatus=True, includetickettype=True, includeagent=True)["tickets"][
        0
    ]
    assert plain["status_name"] is None
    assert asked["status_name"]
    assert {"tickettype_name", "agent_name"} <= set(asked) - set(plain)


def test_open_and_closed_opportunities_can_be_told_apart(start, ask):
    asking = ask(start(opportunities=40))
    closed = asking.page("/Opportunities", closed_only=True)["tickets"]
    opened = asking.page("/Opportunities", open_only=True)["tickets"]
    assert len(closed) + len(opened) == 40
    assert {row["dateclosed"] for row in opened} == {"1900-01-01T00:00:00"}
    assert "1900-01-01T00:00:00" not in {row["dateclosed"] for row in closed}


def _a_note_about(halo, name):
    table = halo.tenant.tables["notes"]
    return next(note for note in map(table.get, table.ids()) if (note[name] or 0) > 0)
