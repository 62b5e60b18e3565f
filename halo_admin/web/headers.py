"""The headers every answer carries, and the transaction every changing request runs in."""

from flask import request

from ..db import begin_write

POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def init_app(app):
    app.before_request(_begin)
    app.after_request(_protect)


def _begin():
    # what a changing request reads must still hold when it writes
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        begin_write()


def _protect(response):
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
