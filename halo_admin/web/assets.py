"""Browser assets: addresses that change with the file, and icons drawn into the page."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app, redirect, url_for
from markupsafe import Markup


def init_app(app):
    app.jinja_env.globals.update(asset=asset, icon=icon)
    app.add_url_rule("/favicon.ico", "favicon", favicon)


def favicon():
    """Where browsers look for the icon of what is no page of ours, such as a file."""
    return redirect(asset("favicon.svg"))


def asset(name: str) -> str:
    """The address of a static file, with what it holds in it so that browsers fetch a new one and keep it."""
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
