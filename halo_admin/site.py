"""Puts the rooms together into one Flask application."""

from flask import Flask

from . import accounts, cli, config, connecting, crm, exporting, home, importing, keeping, logs, people, settings, web
from .db import db, migrate


def create_app(**overrides) -> Flask:
    """The application, set up from the environment; `overrides` are settings by name.

    Raises config.Unusable for a setting that cannot be used.
    """
    app = Flask("halo_admin", root_path=str(config.ROOT))
    app.config.update(config.settings() | overrides)
    app.config["INSTANCE_PATH"].mkdir(mode=0o700, parents=True, exist_ok=True)
    _fill_in_secrets(app.config)
    logs.set_up(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    for room in (web, accounts, crm, connecting, people, settings, importing, exporting, home):
        room.init_app(app)
    cli.init_app(app)
    return app


def _fill_in_secrets(settings):
    """Secrets that the environment does not give are made once and kept in the instance folder."""
    folder = settings["INSTANCE_PATH"]
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or keeping.secret_key(folder)
    settings["ENCRYPTION_KEYS"] = settings["ENCRYPTION_KEYS"] or keeping.encryption_keys(folder).split(",")
