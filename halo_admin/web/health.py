"""/healthz for the supervisor: does the site answer, and does its database?"""

import sqlalchemy as sa
from flask import Blueprint

from ..db import db

bp = Blueprint("health", __name__)


def init_app(app):
    app.register_blueprint(bp)


@bp.get("/healthz")
def healthz():
    db.session.execute(sa.text("SELECT 1"))
    return {"status": "ok"}
