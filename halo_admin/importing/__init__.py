"""Imports: fetch into the mirror, decide, apply, stage by stage, in short legs that survive any crash."""


def init_app(app):
    # each hangs its routes on the blueprint, or its part into profiles
    from . import (  # noqa: F401
        left_out_views,
        link_changes,
        metrics,
        needs,
        note_fetch_views,
        order_views,
        record_history,
        report_views,
        users_views,
        views,
    )
    from .blueprint import bp

    app.register_blueprint(bp)
    app.register_blueprint(metrics.bp)
    app.register_blueprint(note_fetch_views.bp)
    app.jinja_env.globals["live_import"] = views.live_import
