"""A person edits a company in the browser while an import saves: the edit stays."""

from collections import Counter

import pytest
from playwright.sync_api import expect

from halo_admin.importing import legs
from halo_admin.practice.server import PracticeHalo
from tests.browsing import shot, sign_in
from tests.site.accounts import Account, active_names, beside, connected_account
from tests.waiting import until

pytestmark = pytest.mark.browser

TYPED = "+49 30 5550999"


@pytest.fixture
def halo():
    with PracticeHalo(companies=2000, contacts=0, rate="off") as halo:
        yield halo


def test_an_edit_during_an_import_stays(page, start_site, sqlite_url, halo, tmp_path):
    one_batch_a_leg = {"LEG_SECONDS": "0.01"}
    site = start_site(sqlite_url, settings=one_batch_a_leg | beside(halo), only=("web", "watch"))
    names = active_names(halo).values()
    account = Account(site, connected_account(site, halo, tmp_path, [(name, "") for name in names]), tmp_path)
    often = Counter(name.casefold() for name in names)
    last = [name for name in names if often[name.casefold()] == 1][-1]  # its turn comes at the very end
    (ours_id,) = account.ask("SELECT id FROM companies WHERE name = ?", last)
    sign_in(page, site.url, f"/companies/{ours_id}/edit")
    page.get_by_label("Phone").fill(TYPED)
    importing = account.start_importing()
    (run,) = until(lambda: account.ask("SELECT id FROM import_runs WHERE purpose = 'import'"), why=account.story)
    saved = "SELECT count(*) FROM decisions WHERE state = 'applied' AND action = 'linked'"
    with site.inside():
        until(lambda: legs.run_leg(run) or account.ask(saved)[0] > 0, why=account.story)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{site.url}/companies/{ours_id}")
    site.start("imports")
    assert importing.popen.wait(120) == 0, account.story()
    phone, edited, applied = account.ask(
        "SELECT c.phone, c.edited_at, d.applied_at FROM companies c JOIN decisions d ON d.ours_id = c.id"
        " WHERE c.id = ?", ours_id
    )  # fmt: skip
    assert edited < applied, "the import was through with it before the person saved"
    assert phone == TYPED
    page.reload()
    shot(page, "company-edited-during-an-import")
    expect(page.get_by_text(TYPED).first).to_be_visible()
    expect(page.get_by_text("Linked to Halo client")).to_be_visible()
