"""/metrics: numbers of the whole site, for whoever holds its token and nobody else."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.accounts.test_signing_in import sign_in

TOKEN = "of whoever runs the site"


def numbers(answer):
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_the_numbers_tell_runs_requests_workers_and_queues(start_world):
    world = start_world(METRICS_TOKEN=TOKEN)
    world.theirs("Northwind")
    world.map()
    run = world.imported()
    answer = world.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    told = numbers(answer)
    assert told["halo_runs", "companies", "done"] >= 1
    assert told["halo_requests_total",] >= run.requests
    assert told["halo_workers", "imports"] == 0
    assert told["halo_queued_jobs", "exports"] == 0
    assert "Northwind" not in answer.text


@pytest.mark.parametrize(("token", "given"), [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer other")])
def test_without_the_token_there_are_none_for_anybody(start_world, token, given):
    world = start_world(METRICS_TOKEN=token)
    visitor = world.app.test_client()
    sign_in(visitor)
    assert visitor.get("/metrics", headers={"Authorization": given}).status_code == 404
