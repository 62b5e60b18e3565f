from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.connecting import window
from halo_admin.connecting.models import QuotaWindow
from halo_admin.connecting.opening import share_of
from halo_admin.connecting.window import DatabaseQuota, standing
from halo_admin.db import begin_write, db, now
from halo_admin.halo.errors import HaloBusy
from tests.connecting.conftest import saved
from tests.waiting import until


@pytest.fixture
def connection(ann, app):
    app.config.update(HALO_WINDOW_REQUESTS=40, HALO_WINDOW_SECONDS=60.0)
    return saved(ann)


def quota_of(connection, *args, **options):
    return DatabaseQuota(connection.tenant_id, connection.account_id, *args, **options)


def ask(quota, times):
    for _ in range(times):
        with quota.request():
            pass


@pytest.fixture
def long_window(app, connection):
    """Ten minutes, of which what the machine is late by is little."""
    app.config["HALO_WINDOW_SECONDS"] = 600.0


def test_exports_may_use_the_whole_limit(connection, long_window):
    quota = quota_of(connection, "exports")
    ask(quota, 40)
    with pytest.raises(HaloBusy) as busy, quota.request():
        pass
    assert 570 < (busy.value.until - now()).total_seconds() < 602
    assert standing(connection.tenant_id)[:2] == (40, 40)


@pytest.mark.parametrize(("share", "most"), [(1.0, 30), (0.5, 15), (0.25, 8)])
def test_imports_leave_their_share_and_a_reserve_to_others(connection, share, most):
    imports = quota_of(connection, "imports", share)
    ask(imports, most)
    with pytest.raises(HaloBusy), imports.request():
        pass
    ask(quota_of(connection, "exports"), 40 - most)


def test_one_window_serves_imports_and_exports(connection):
    ask(quota_of(connection, "exports"), 30)
    with pytest.raises(HaloBusy), quota_of(connection, "imports").request():
        pass


def written(connection):
    """The slots as the row tells them now."""
    db.session.rollback()
    kept = db.session.scalar(sa.select(QuotaWindow.window).where(QuotaWindow.tenant_id == connection.tenant_id))
    return kept["slots"]


def test_places_taken_ahead_count_at_once_and_those_not_used_are_given_back(connection):
    quota = quota_of(connection, "imports")
    with quota.ahead(10):
        ask(quota, 3)
        assert len(written(connection)) == 10
        ask(quota_of(connection), 5)  # others see them as taken
        assert standing(connection.tenant_id).used == 15
    assert standing(connection.tenant_id).used == 8
    assert all(answered for _id, _sent, answered in written(connection))
    ask(quota, 22)
    with pytest.raises(HaloBusy), quota.request():
        pass


def test_no_more_places_are_taken_ahead_than_there_are(connection):
    quota = quota_of(connection, "imports")
    with quota.ahead(10):
        ask(quota, 30)
        with pytest.raises(HaloBusy), quota.request():
            pass
    assert standing(connection.tenant_id).used == 30


def test_a_place_taken_ahead_that_was_kept_too_long_is_taken_anew(connection, monkeypatch):
    monkeypatch.setattr(window, "KEPT", -1.0)
    quota = quota_of(connection, "imports")
    with quota.ahead(4):
        ask(quota, 2)
        assert [answered is not None for _id, _sent, answered in written(connection)] == [True] + 4 * [False]


def test_what_halo_refuses_is_told_without_the_places_taken_ahead(connection):
    quota = quota_of(connection, "imports")
    with quota.ahead(10):
        ask(quota, 5)
        quota.refused(None)
        assert standing(connection.tenant_id)[:3] == (5, 40, 5)
        with pytest.raises(HaloBusy), quota.request():
            pass


def test_an_answer_counts_from_when_it_was_there_and_not_from_when_it_was_written_down(connection):
    quota = quota_of(connection)
    with quota.ahead(3):
        ask(quota, 2)
        later = now() + timedelta(seconds=2)
        until(lambda: now() >= later)
    first, second = (answered for _id, _sent, answered in written(connection))
    assert first <= second < later.timestamp() - 1


def test_a_request_that_breaks_off_still_counts(connection):
    quota = quota_of(connection)
    with pytest.raises(RuntimeError), quota.request():
        raise RuntimeError("the connection broke")
    assert standing(connection.tenant_id).used == 1
    assert not in_flight(connection)


def in_flight(connection):
    db.session.rollback()
    kept = db.session.scalar(sa.select(QuotaWindow.window).where(QuotaWindow.tenant_id == connection.tenant_id))
    return [slot for slot in kept["slots"] if slot[2] is None]


def test_a_place_is_held_until_the_answer_is_there(connection):
    with quota_of(connection).request():
        assert len(in_flight(connection)) == 1
    assert not in_flight(connection)


def test_a_request_that_may_not_be_sent_holds_no_place(connection):
    def refuse():
        raise LookupError("the lease is lost")

    with pytest.raises(LookupError), quota_of(connection, on_request=refuse).request():
        pytest.fail("it was sent all the same")
    assert not in_flight(connection)


def test_only_a_request_that_has_its_place_is_told_as_sent(connection):
    sent = []
    quota = quota_of(connection, on_request=lambda: sent.append(len(in_flight(connection))))
    ask(quota, 40)
    with pytest.raises(HaloBusy), quota.request():
        pass
    assert sent == [1] * 40


def test_when_halo_says_wait_nobody_asks_before(connection, long_window):
    until = quota_of(connection, "imports").refused(300.0)
    assert 280 < (until - now()).total_seconds() < 301
    with pytest.raises(HaloBusy) as busy, quota_of(connection, "exports").request():
        pass
    assert busy.value.until == until
    assert standing(connection.tenant_id).waits_until == until


def test_a_wait_below_our_own_count_is_told_and_halves_the_share(connection):
    assert share_of(connection) == "all"
    ask(quota_of(connection), 12)
    quota_of(connection).refused(1.0)
    assert standing(connection.tenant_id).told_to_wait_below == 12
    assert share_of(connection) == "half"


def test_a_share_that_somebody_chose_stays(connection):
    begin_write()
    connection.share = "all"
    db.session.commit()
    ask(quota_of(connection), 12)
    quota_of(connection).refused(1.0)
    assert share_of(connection) == "all"


@pytest.mark.parametrize(
    ("requests", "share", "seconds"),
    [(30, 1.0, 8), (31, 1.0, 60), (60, 1.0, 68), (61, 1.0, 121), (15, 0.5, 4), (16, 0.5, 60), (0, 1.0, 0)],
)
def test_how_long_requests_take_is_told_by_share_and_reserve(connection, requests, share, seconds):
    assert window.seconds_for(connection.tenant_id, requests, "imports", share) == pytest.approx(seconds, abs=1)


def test_how_long_requests_take_counts_what_is_used_already(connection, long_window):
    ask(quota_of(connection), 25)
    assert window.seconds_for(connection.tenant_id, 5) <= 20
    assert window.seconds_for(connection.tenant_id, 6) == pytest.approx(600, abs=30)
    assert window.seconds_for(connection.tenant_id, 36) == pytest.approx(1200, abs=40)


def test_how_long_requests_take_counts_the_wait_halo_asked_for(connection, long_window):
    quota_of(connection).refused(300.0)
    assert window.seconds_for(connection.tenant_id, 1) == pytest.approx(300, abs=20)


def test_without_a_limit_there_is_no_quota(connection, app):
    app.config["HALO_WINDOW_REQUESTS"] = 0
    ask(quota_of(connection), 50)
    assert standing(connection.tenant_id) is None
    assert window.seconds_for(connection.tenant_id, 40) == 10
    assert quota_of(connection).refused(20.0) > now()


def test_a_changed_limit_keeps_what_was_asked(connection, app):
    ask(quota_of(connection), 12)
    app.config["HALO_WINDOW_REQUESTS"] = 12
    with pytest.raises(HaloBusy), quota_of(connection).request():
        pass
