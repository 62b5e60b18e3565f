"""Imports: fetch into the mirror, decide, apply, stage by stage, in short legs that survive any crash."""


def init_app(app):
    from . import metrics, report_views, views  # noqa: F401  (both hang their routes on the blueprint)
    from .blueprint import bp

    app.register_blueprint(bp)
    app.register_blueprint(metrics.bp)
    app.jinja_env.globals["live_import"] = views.live_import
