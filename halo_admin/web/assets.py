"""Browser assets: addresses that change with the file, and icons drawn into the page."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app, redirect, request, url_for
from markupsafe import Markup

YEAR = 365 * 86400


def init_app(app):
    app.jinja_env.globals.update(asset=asset, icon=icon)
    app.add_url_rule("/favicon.ico", "favicon", favicon)
    if not app.debug:
        app.after_request(_keep)


def favicon():
    """Where browsers look for the icon of what is no page of ours, such as a file."""
    return redirect(asset("favicon.svg"))


def _keep(response):
    """Browsers need not ask again for what has another address once it is another file."""
    if request.endpoint == "static" and "v" in request.args and response.status_code < 400:
        response.cache_control.no_cache = None
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    return response


def asset(name: str) -> str:
    """The address of a static file, with what it holds in it so that browsers fetch a new one."""
    return url_for("static", filename=name, v=_version(str(Path(current_app.static_folder) / name)))


@lru_cache(maxsize=256)
def _version(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def icon(name: str) -> Markup:
    """An icon of the kit, decorative: the words beside it say what it means."""
    return _drawn(str(Path(current_app.static_folder) / "vendor" / "icons" / f"{name}.svg"))


@lru_cache(maxsize=256)
def _drawn(path):
    svg = Path(path).read_text(encoding="utf-8")
    svg = svg[svg.index("<svg") :]
    return Markup(svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))
