"""What the page of the account shows: its form, and its lists, one of which may ask for itself alone."""

from flask import render_template, request
from flask_login import current_user

from ..accounts.places import dialled
from ..db import now
from . import account_form, phone_keys
from .lists_form import LISTS, Shown, lines


def wants(shown: Shown) -> bool:
    """Whether the request asks for this list alone."""
    return request.headers.get("HX-Target") == shown.anchor


def fragment_or_page(shown: Shown, **acted):
    """A list as it is to be shown after somebody did something there, alone where it asked for itself."""
    if wants(shown):
        return render_template("settings/_own_list.html", it=_list(shown, acted))
    return page(acted={shown.key: acted})


def page(typed=None, errors=None, acted=None):
    account = current_user.account
    typed = typed or account_form.held(account)
    return render_template(
        "settings/account.html",
        account=account,
        typed=typed,
        held=account_form.held(account),
        errors=errors or {},
        zones=account_form.zone_groups(typed.time_zone),
        countries=account_form.country_options(typed.country),
        senders=account_form.SENDERS,
        unfinished=None if phone_keys.all_follow(account) else dialled(phone_keys.country_of(account)),
        time=now(),
        lists=[_list(shown, (acted or {}).get(key, {})) for key, shown in LISTS.items()],
    )


def _list(shown, acted):
    return shown._asdict() | {"lines": lines(shown, current_user.account_id)} | acted
