"""The headers every answer carries, and the transaction every changing request runs in."""

from flask import current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from ..db import begin_write

# begin theirs themselves, once what takes long is done
LATE = {"accounts.sign_in"}
YEAR = 365 * 24 * 3600
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def init_app(app):
    if proxies := app.config["TRUSTED_PROXIES"]:
        # who asked, by https or not, and for which host, as that many web servers in front have told
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.before_request(_begin)
    app.after_request(_protect)


def _begin():
    # what a changing request reads must still hold when it writes
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.endpoint not in LATE:
        begin_write()


def _protect(response):
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args and response.status_code < 400 and not current_app.debug:
        # another file has another address (assets.asset)
        response.headers["Cache-Control"] = f"max-age={YEAR}, immutable"
    return response
