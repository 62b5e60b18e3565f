"""What all views share: headers, errors, the door to an account's records, words and times on screens."""

from flask_wtf import CSRFProtect

from . import assets, errors, headers, health, hypertext, navigation, words

csrf = CSRFProtect()


def init_app(app):
    csrf.init_app(app)
    for part in (assets, errors, headers, health, hypertext, navigation, words):
        part.init_app(app)
