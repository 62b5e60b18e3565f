"""Account Settings: General (the account itself, and its company types), and Audit."""


def init_app(app):
    from . import audit_views, views

    app.register_blueprint(views.bp)
    app.register_blueprint(audit_views.bp)
