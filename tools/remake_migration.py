"""Writes migrations/versions/0001_initial.py anew from the models: for use until the first release only."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import flask_migrate  # noqa: E402
from flask import Flask  # noqa: E402

from halo_admin.db import db, migrate  # noqa: E402


def main():
    import halo_admin.accounts.models
    import halo_admin.audit.models
    import halo_admin.connecting.models
    import halo_admin.crm.change_models
    import halo_admin.crm.contact_models
    import halo_admin.crm.load_models
    import halo_admin.crm.models
    import halo_admin.crm.note_models
    import halo_admin.crm.opportunity_models
    import halo_admin.exporting.models
    import halo_admin.heartbeats
    import halo_admin.importing.models
    import halo_admin.importing.note_fetch_models
    import halo_admin.importing.order_models
    import halo_admin.mirror.models
    import halo_admin.mirror.reading_models  # noqa: F401

    versions = ROOT / "migrations" / "versions"
    for old in versions.glob("*.py"):
        old.unlink()
    app = Flask("remake")
    with tempfile.TemporaryDirectory() as folder:
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder}/empty.db"
        db.init_app(app)
        migrate.init_app(app, db, directory=str(ROOT / "migrations"))
        with app.app_context():
            flask_migrate.revision(message="initial", rev_id="0001", autogenerate=True)
    ruff = str(Path(sys.executable).parent / "ruff")
    for command in (["format", "-q"], ["check", "--fix", "-q"], ["format", "-q"]):
        subprocess.run([ruff, *command, str(versions)], check=True)


if __name__ == "__main__":
    main()
