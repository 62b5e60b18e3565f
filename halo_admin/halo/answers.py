"""What Halo's answers other than 2xx mean, each as one of our errors with a sentence that says what to do."""

from .errors import HaloDown, HaloError, HaloRefused, HaloRejected, HaloUncertain
from .listing import Listing
from .wire import Answer, Garbled
from .words import halo_words, is_web_page, shape


def told(answer: Answer, listing: Listing, hidden: tuple[str, ...] = ()) -> HaloError:
    """The error that an answer to reading a list means (halo-api.md 1.4, 2.8); hidden is never repeated."""
    status, said = answer.status, halo_words(answer.body, hidden)
    if status in (401, 403):
        return HaloRefused(no_permission(listing), status=status)
    if 300 <= status < 400:
        sentence = f"Halo leads to a login page when asked for {listing.title}. Check Halo's address."
        return HaloRefused(sentence, status=status)
    if status == 404:
        sentence = f"There is no list of {listing.title} ({listing.path}) at this address. Check Halo's address."
        return HaloRejected(sentence, status=404)
    if status >= 500 and not (status == 500 and said):
        return HaloDown(f"Halo fails when asked for {listing.title} (status {status}). Try again later.", status=status)
    return HaloRejected(f"Halo rejects reading {listing.title} (status {status}).{_quoted(said)}", status=status)


def told_of_one(answer: Answer, listing: Listing, halo_id: int, hidden: tuple[str, ...] = ()) -> HaloError:
    """The same for a single record: a 403 or 500 is then about this record, the list having been readable."""
    if answer.status in (403, 500):
        said = _quoted(halo_words(answer.body, hidden))
        sentence = f"Halo does not give out {halo_id} of {listing.title} (status {answer.status}).{said}"
        return HaloRejected(sentence, status=answer.status)
    return told(answer, listing, hidden)


def told_of_write(answer: Answer, listing: Listing, hidden: tuple[str, ...] = ()) -> HaloError:
    """The same for saving a record: a 400 carries Halo's words; after a 5xx nobody knows whether it was saved."""
    status, said = answer.status, halo_words(answer.body, hidden)
    if status in (401, 403):
        scope = f" “{listing.scope.replace('read:', 'edit:')}” ticked" if listing.scope else " it"
        sentence = (
            f"Halo gives no permission to save {listing.title}. Check in Halo that the application has{scope} on its "
            f"Permissions tab, and that its agent to log in as may change {listing.title}."
        )
        return HaloRefused(sentence, status=status)
    if 300 <= status < 400:
        return HaloRefused(
            f"Halo leads to a login page when {listing.title} are saved. Check its address.", status=status
        )
    if status >= 500:
        return HaloUncertain(f"Halo failed while saving (status {status}).{_quoted(said)}", status=status)
    return HaloRejected(said or f"status {status}, without a word", status=status)


def is_gone(answer: Answer) -> bool:
    """Whether an answer to asking for one id means that there is no such record (halo-api.md 2.8)."""
    return answer.status == 404 or (answer.status == 400 and shape(answer.body) in ("A", "B"))


def not_readable(garbled: Garbled, listing: Listing) -> HaloDown:
    """What an answer that cannot be read means after a few tries."""
    what = "a web page" if is_web_page(garbled.body) else f"something that is not JSON or not a list ({garbled})"
    return HaloDown(f"Halo answered with {what} when asked for {listing.title}. Try again later.", status=200)


def no_permission(listing: Listing) -> str:
    """What is missing when a list may not be read: the application's permission, or a right of its agent."""
    agent = f"and that its agent to log in as may see {listing.title} (role, teams, departments)."
    if listing.scope is None:
        return (
            f"Halo gives no permission to read {listing.title}. Check in Halo that the application is active, {agent}"
        )
    return (
        f"Halo gives no permission to read {listing.title}. Check in Halo that the application has “{listing.scope}” "
        f"ticked on its Permissions tab, {agent}"
    )


def _quoted(said):
    return f" Halo says: “{said}”" if said else ""
