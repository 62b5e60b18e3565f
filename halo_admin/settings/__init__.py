"""Account Settings: General (the account itself, its company types and its opportunity statuses), and Audit."""


def init_app(app):
    from . import audit_views, list_views, views

    app.register_blueprint(views.bp)
    app.register_blueprint(views.old)
    app.register_blueprint(audit_views.bp)
    assert list_views.bp is views.bp  # one room, one blueprint
