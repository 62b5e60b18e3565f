"""People: which Halo agents are users here, invitations, and the account's users."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
