"""Imports: fetch into the mirror, decide, apply, stage by stage, in short legs that survive any crash."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
