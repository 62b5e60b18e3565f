"""Home: what waits for an answer, and what was imported last."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
