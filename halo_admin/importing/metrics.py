"""/metrics for Prometheus: what the whole site is busy with, for whoever runs it. Holds nothing of any record."""

import hmac

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from .. import heartbeats, queues
from ..db import db
from .models import ImportRun

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics():
    """The numbers, to whoever gives METRICS_TOKEN as a bearer token; without that setting there are none."""
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    registry = CollectorRegistry()
    registry.register(SiteCollector())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class SiteCollector:
    """Asks the database and Redis when the numbers are wanted, so that every web process tells the same."""

    def collect(self):
        runs = GaugeMetricFamily("halo_runs", "Imports by stage and state.", labels=["stage", "state"])
        asked = CounterMetricFamily("halo_requests", "Requests that imports have sent to Halo.")
        counted = sa.select(ImportRun.stage, ImportRun.state, sa.func.count(), sa.func.sum(ImportRun.requests))
        total = 0
        for stage, state, number, requests in db.session.execute(counted.group_by(ImportRun.stage, ImportRun.state)):
            runs.add_metric([stage, state], number)
            total += int(requests)
        asked.add_metric([], total)
        yield from (runs, asked)
        workers = GaugeMetricFamily("halo_workers", "Living workers that serve a queue.", labels=["queue"])
        jobs = GaugeMetricFamily("halo_queued_jobs", "Jobs that wait in a queue.", labels=["queue"])
        for queue in (queues.EXPORTS, queues.IMPORTS):
            workers.add_metric([queue], len(heartbeats.living(queue)))
            jobs.add_metric([queue], queues.waiting(queue))
        yield from (workers, jobs)
