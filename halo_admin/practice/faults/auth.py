"""Faults of the authorisation server and of tokens."""

from ..auth import unauthorised
from ..errors import oauth
from ..messages import TOKEN, Answer, empty, html
from .kind import API, EVERYTHING, Firing, after, before


@before("token-expired", "all tokens end now, in mid-run, whatever their life should be", API, times=1)
def expire(firing: Firing) -> Answer:
    firing.app.auth.revoke_all()
    return unauthorised()


@before("token-revoked", "the application is revoked: no token is good, none is given any more", EVERYTHING)
def revoke(firing: Firing) -> Answer:
    firing.app.auth.revoke_all()
    if firing.request.shape == TOKEN:
        return oauth(401, "invalid_client", "The specified client credentials are invalid.")
    return unauthorised()


@before("unauthorized", "401 for ever, whatever the token; match one list to forbid only that")
def refuse(firing: Firing) -> Answer:
    return unauthorised()


@before("forbidden", "403 with a page of HTML; match one list to forbid only that")
def forbid(firing: Firing) -> Answer:
    return html(403, "403 - Forbidden: Access is denied.")


@before("token-error", "the token request answers 500 with a page of HTML", {TOKEN})
def break_down(firing: Firing) -> Answer:
    return html(500, "500 - Internal server error.")


@before("token-redirect", "the token request is sent to a login page", {TOKEN})
def redirect(firing: Firing) -> Answer:
    return empty(302, Location="/auth/account/login?returnurl=%2Fauth%2Ftoken")


@before("token-html", "the token request answers 200 with a login page", {TOKEN})
def login_page(firing: Firing) -> Answer:
    return html(200, "Log in")


@after("token-without-expiry", "the token's answer has no expires_in", {TOKEN})
def no_expiry(firing: Firing, answer: Answer) -> Answer | None:
    return answer if isinstance(answer.data, dict) and answer.data.pop("expires_in", None) else None
