"""Puts the rooms together into one Flask application."""

from flask import Flask

from . import accounts, cli, config, connecting, crm, importing, logs, web
from .db import db, migrate


def create_app(**overrides) -> Flask:
    """The application, set up from the environment; `overrides` are settings by name.

    Raises config.SettingMissing where a secret it cannot do without is absent.
    """
    app = Flask("halo_admin", root_path=str(config.ROOT))
    app.config.update(config.settings() | overrides)
    _require_secrets(app)
    app.config["INSTANCE_PATH"].mkdir(parents=True, exist_ok=True)
    logs.set_up(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    for room in (web, accounts, crm, connecting, importing):
        room.init_app(app)
    cli.init_app(app)
    return app


def _require_secrets(app):
    if not app.config["SECRET_KEY"]:
        raise config.SettingMissing("SECRET_KEY is not set: give a long random text (`make run` makes one).")
    if not app.config["ENCRYPTION_KEYS"]:
        raise config.SettingMissing("ENCRYPTION_KEYS is not set: give one or more Fernet keys, separated by commas.")
