"""Sending one company or one contact to Halo: only the fields a person ticked, never twice, and never in bulk."""


def init_app(app):
    # each hangs its routes on the blueprint, or its part into profiles and the watch
    from . import history, views  # noqa: F401
    from .blueprint import bp

    app.register_blueprint(bp)
    app.jinja_env.globals["send_lock"] = views.send_lock
