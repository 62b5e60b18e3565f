"""Imports: fetch into the mirror, decide, apply, stage by stage, in short legs that survive any crash."""


def init_app(app):
    from . import report_views, views  # noqa: F401  (they hang their routes on the blueprint)
    from .blueprint import bp

    app.register_blueprint(bp)
