"""The account's opportunity statuses."""

from halo_admin.crm.statuses import statuses


def test_an_account_begins_with_the_usual_statuses_each_open_won_or_lost(ann):
    assert [(one.name, one.kind) for one in statuses(ann.account_id)] == [
        ("New", "open"),
        ("In progress", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
