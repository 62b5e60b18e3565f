"""The MSP's own records: companies and what belongs to them."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
