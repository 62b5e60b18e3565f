"""/: one column, what needs an answer and the last imports; for a new account the two ways to begin."""

from flask import Blueprint, render_template
from flask_login import current_user

from ..accounts.rights import may_open
from ..connecting.opening import connection_of
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..db import db, owned
from ..importing import history, sentences
from ..importing.models import ImportRun
from ..states import LIVE
from ..web import needs

bp = Blueprint("home", __name__)
LAST = 5


@bp.get("/")
def home():
    account_id = current_user.account_id
    return render_template(
        "home/home.html",
        needs=needs.of(account_id, lambda endpoint: may_open(current_user, endpoint)),
        imports=_last_imports(account_id),
        connected=connection_of(account_id) is not None,
        is_empty=_is_empty(account_id),
        title_of=sentences.title,
    )


def _last_imports(account_id):
    """[(run, how it went)], newest first."""
    ended = owned(ImportRun, account_id).where(ImportRun.purpose == "import", ImportRun.state.not_in(LIVE))
    runs = db.session.scalars(ended.order_by(ImportRun.id.desc()).limit(LAST))
    return [(run, sentences.result(run, history.before(run))) for run in runs]


def _is_empty(account_id):
    """Whether the account has no company and no contact."""
    ones = (owned(model, account_id).with_only_columns(model.id).limit(1) for model in (Company, Contact))
    return not any(db.session.scalar(one) for one in ones)
