"""Mail by SMTP: MAIL_URL is smtp://user:password@host:port or smtps://…, with ?from=address where it is not the user's.

smtp:// goes over to TLS where the server offers it, and never sends a password without.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

SECONDS = 20
PORTS = {"smtp": 587, "smtps": 465}


class NotSent(Exception):
    """The mail did not go out; the text says why, without what must stay secret."""


def is_on() -> bool:
    """Whether this site sends mail."""
    return bool(current_app.config["MAIL_URL"])


def send(to: str, subject: str, text: str) -> None:
    """Send one mail now. Raises NotSent. To be called with no transaction open."""
    where = _where()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = _sender(where), to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=where.hostname)
    message.set_content(text)
    try:
        with _connected(where) as server:
            server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent("The mail server does not accept the user and password of MAIL_URL.") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent(f"The mail server refused the address: {_words(error.recipients)}") from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"The mail server refused the mail: {error.smtp_code} {_text(error.smtp_error)}") from error
    except ssl.SSLError as error:
        raise NotSent("The mail server's certificate is not trusted.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent("The mail server does not answer.") from error


def _where():
    where = urlsplit(current_app.config["MAIL_URL"])
    try:
        is_usable = where.scheme in PORTS and where.hostname and (where.port or True)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise NotSent("MAIL_URL cannot be used: write smtp://user:password@host:port.")
    return where


def _connected(where):
    port = where.port or PORTS[where.scheme]
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(where.hostname, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(where.hostname, port, timeout=SECONDS)
    try:
        _greet(server, where)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server, where):
    server.ehlo()
    is_safe = where.scheme == "smtps"
    if not is_safe and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
        is_safe = True
    if where.username:
        if not is_safe:
            raise NotSent("The mail server offers no TLS, so the password of MAIL_URL was not sent to it.")
        server.login(unquote(where.username), unquote(where.password or ""))


def _sender(where):
    asked = parse_qs(where.query).get("from")
    user = unquote(where.username or "")
    return asked[0] if asked else user if "@" in user else f"glasshive@{where.hostname}"


def _words(recipients):
    code, said = next(iter(recipients.values()))
    return f"{code} {_text(said)}"


def _text(said):
    return (said.decode(errors="replace") if isinstance(said, bytes) else str(said))[:200]
