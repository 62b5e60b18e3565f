"""The connection to Halo: credentials, the check, the quota's window, and the mappings."""


def init_app(app):
    from . import views

    app.register_blueprint(views.bp)
    app.context_processor(views.practice_line)
    app.jinja_env.globals.update(halo_page=views.halo_page, practice_offered=views.practice_offered)
