"""Account Settings › General: the account itself, and its company types."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
