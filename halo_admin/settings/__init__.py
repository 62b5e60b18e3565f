"""Account Settings › General: the account itself, its company types and its opportunity statuses."""


def init_app(app):
    from . import list_views, views

    app.register_blueprint(views.bp)
    app.register_blueprint(views.old)
    assert list_views.bp is views.bp  # one room, one blueprint
