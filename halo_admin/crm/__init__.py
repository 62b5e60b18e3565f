"""The MSP's own records: companies, contacts and their lists."""


def init_app(app):
    from . import contact_views, list_views, parting_views, views

    app.register_blueprint(views.bp)
    assert contact_views.bp is list_views.bp is parting_views.bp is views.bp  # one room, one blueprint
