"""Created and changed records stay until reset, with a state file also across a restart."""

import pytest

from halo_admin.practice.journal import WrongState
from tests.practice.asking import ids


def test_changes_outlive_a_restart(start, ask, tmp_path):
    path = tmp_path / "practice.json"
    first = start(state=path)
    asking = ask(first)
    client = asking.save("/Client", {"name": "Delta Ltd", "newclient_phonenumber": "+44 20 7946 0000"}).json()
    asking.save("/Client", {"id": 22, "name": "Renamed"})
    asking.delete("/Client/23")
    asking.save("/Lookup", {"lookupid": 33, "name": "Reseller"})
    seen = [asking.everything(f"/{name}", key)[0] for name, key in (("Client", "clients"), ("Users", "users"))]
    first.stop()
    again = ask(start(state=path))
    assert again.get(f"/Client/{client['id']}").json() == client
    assert [again.everything(f"/{name}", key)[0] for name, key in (("Client", "clients"), ("Users", "users"))] == seen
    assert "Reseller" in [row["name"] for row in again.get("/Lookup", lookupid=33).json()]


def test_reset_forgets_them_in_the_file_too(start, ask, tmp_path):
    path = tmp_path / "practice.json"
    halo = start(state=path)
    asking = ask(halo)
    before = asking.everything("/Client", "clients")[0]
    asking.save("/Client", {"name": "Delta"}, {"id": 22, "name": "Renamed"})
    asking.delete("/Client/23")
    assert asking.http.post("/practice/reset").json() == {"reset": True}
    assert asking.everything("/Client", "clients")[0] == before
    asking.save("/Client", {"id": 24, "name": "Kept"})
    halo.stop()
    again = ask(start(state=path)).everything("/Client", "clients")[0]
    assert [row["name"] for row in again if row["id"] == 24] == ["Kept"]
    assert len(again) == len(before)


def test_a_line_that_was_cut_off_by_a_crash_did_not_happen(start, ask, tmp_path):
    path = tmp_path / "practice.json"
    halo = start(state=path)
    ask(halo).save("/Client", {"id": 22, "name": "Whole"})
    halo.stop()
    with path.open("ab") as file:
        file.write(b'{"put":"clients","key":23,"rec')
    asking = ask(again := start(state=path))
    assert asking.get("/Client/22").json()["name"] == "Whole"
    asking.save("/Client", {"id": 24, "name": "Later"})
    again.stop()
    assert ask(start(state=path)).get("/Client/24").json()["name"] == "Later"


def test_the_file_of_another_tenant_is_refused(start, tmp_path):
    start(state=tmp_path / "practice.json").stop()
    with pytest.raises(WrongState, match="another practice tenant"):
        start(state=tmp_path / "practice.json", seed=2)


def test_without_a_file_a_restart_forgets(start, ask):
    first = start()
    ask(first).save("/Client", {"name": "Delta"})
    first.stop()
    assert len(ids(ask(start()).everything("/Client", "clients")[0])) == 31
