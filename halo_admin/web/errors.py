"""Makes a page or a fragment of an error, once for all rooms."""

from flask import current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ..db import db

SENTENCES = {
    400: "This request could not be understood. Go back, reload the page and try again.",
    403: "You may not do this. Ask an admin of your account.",
    404: "There is nothing here. It may have been removed, or the address is mistyped.",
    405: "This page cannot be called that way. Go back and use its buttons.",
    413: "What you sent is too large: at most {most} MB are taken at once. Split a large file into several.",
    500: "Something went wrong on our side. Nothing you entered was saved; try again in a moment.",
}

TITLES = {403: "Not for you", 404: "Nothing here", 500: "Something went wrong"}
OTHER = "That did not work"


def init_app(app):
    app.register_error_handler(HTTPException, _show)
    app.register_error_handler(CSRFError, _expired)


def _show(error):
    db.session.rollback()
    if request.path in ("/healthz", "/metrics") or 300 <= (error.code or 500) < 400:
        return error
    code = error.code or 500
    most = current_app.config["MAX_CONTENT_LENGTH"] // 2**20
    return _told(code, SENTENCES[code].format(most=most) if code in SENTENCES else error.description)


def _expired(_error):
    return _told(400, "This page was open too long to be sent safely. Reload it and try again.")


def _told(code, sentence):
    template = "web/_error.html" if request.headers.get("HX-Request") else "web/error.html"
    # the bars ask the database who is signed in, which may be what went wrong
    return render_template(
        template, code=code, sentence=sentence, title=TITLES.get(code, OTHER), bare=code >= 500
    ), code
