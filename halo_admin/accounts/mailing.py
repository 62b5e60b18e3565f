"""Mail of one-time links: the link's row says what is due, a worker sends it, the watch sees that it is queued."""

from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from flask import current_app, has_request_context, request

from .. import mail, queues
from ..db import begin_write, db, now
from . import one_time
from .models import OneTimeLink

# a worker that has been sending for longer is dead: whether the mail went out nobody knows
GIVEN_UP = timedelta(minutes=2)


class Letter(NamedTuple):
    """The mail of a purpose: the page its link opens, and its words."""

    path: str
    subject: str
    text: str


INVITATION = """Hello {name},

{by} invites you to {account} on GlassHive.

Choose a password here, and you are in:
{address}

The link works once, until {day}. If you did not expect this mail, leave it be: nothing happens without the link.
"""
PASSWORD = """Hello {name},

{by} asked for a link by which you can choose a new password for {account} on GlassHive.

Choose it here:
{address}

The link works once, until {day} {time}. If you did not expect this mail, leave it be: your password stays as it is.
"""
LETTERS = {
    one_time.INVITATION: Letter("invitation", "{by} invites you to {account} on GlassHive", INVITATION),
    one_time.PASSWORD: Letter("password", "A new password for {account} on GlassHive", PASSWORD),
}

log = structlog.get_logger()


def site() -> str:
    """The site's address, for links that travel by mail: SITE_URL, else as whoever makes one sees it."""
    config = current_app.config
    return config["SITE_URL"] or (request.url_root if has_request_context() else f"http://127.0.0.1:{config['PORT']}")


def address_of(link: OneTimeLink) -> str | None:
    """The address to hand to the person; None where the site's key has changed and a new link is needed."""
    token = one_time.token_of(link)
    return token and f"{link.site.rstrip('/')}/{LETTERS[link.purpose].path}/{token}"


def want(link: OneTimeLink) -> None:
    """The link is to be mailed, where the site sends mail. The caller commits, then calls queue()."""
    if mail.is_on():
        link.mail, link.mail_at, link.mail_error = "waiting", now(), None


def queue(link: OneTimeLink) -> None:
    """Queue the mail. Without Redis nothing is lost: the watch process queues it once that is back."""
    if link.mail != "waiting" or queues.is_queued(queues.EXPORTS, _job_id(link)):
        return
    try:
        queues.enqueue(queues.EXPORTS, send, link.id, job_id=_job_id(link))
    except queues.NoQueue as error:
        log.warning("mail not queued", link=link.id, why=str(error))


def queue_due() -> int:
    """Queue what waits to be mailed; how many."""
    due = sa.select(OneTimeLink).where(OneTimeLink.mail == "waiting").order_by(OneTimeLink.mail_at).limit(100)
    links = db.session.scalars(due).all()
    for link in links:
        queue(link)
    return len(links)


def may_retry(link: OneTimeLink) -> bool:
    """Whether a mail has failed, or was left in the middle."""
    return link.mail == "failed" or (link.mail == "sending" and link.mail_at < now() - GIVEN_UP)


def send(link_id: int) -> None:
    """Mail a link that waits for it. The job; of two only one sends."""
    begin_write()
    waiting = sa.update(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.mail == "waiting", *one_time.OPEN)
    taken = db.session.execute(waiting.values(mail="sending", mail_at=now()))
    db.session.commit()
    if taken.rowcount:
        error = _sent(db.session.get(OneTimeLink, link_id))
        begin_write()
        link = db.session.get(OneTimeLink, link_id, populate_existing=True)
        link.mail, link.mail_error, link.mail_at = ("failed" if error else "sent"), error, now()
        db.session.commit()


def _sent(link):
    """Send the mail; the error in words, or None."""
    address, user = address_of(link), link.user
    if address is None:
        return "The site's key has changed since this link was made. Send a new one."
    names = {"by": link.by_name, "account": user.account.name, "name": user.name, "address": address,
             "day": f"{link.expires_at:%-d %B %Y}", "time": f"{link.expires_at:%H:%M} UTC"}  # fmt: skip
    to, letter = user.email, LETTERS[link.purpose]
    db.session.rollback()  # nothing stays open while the mail server is asked
    try:
        mail.send(to, " ".join(letter.subject.format(**names).split()), letter.text.format(**names))
    except mail.NotSent as error:
        return str(error)
    return None


def _job_id(link):
    return f"mail-{link.id}-{int(link.mail_at.timestamp() * 1000)}"
