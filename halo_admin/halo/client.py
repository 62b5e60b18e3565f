"""The client: what Halo holds, as records, with signing in, quota, tries and errors taken care of."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import httpx
import msgspec

from ..records import Agent, Page, Unreadable
from . import decoding
from .addresses import default_auth, token_url
from .agents import ACTING_AGENT
from .answers import is_gone, not_readable, told, told_of_one, told_of_write
from .errors import HaloUncertain
from .guard import Guard, GuardedTransport
from .listing import Listing
from .paging import paged
from .places import Quota
from .tokens import Kept, SignIn, TokenStore
from .wire import ONCE, USUAL_BACKOFF, Backoff, Garbled, NoAnswer, TooLarge, Unwelcome, Wire


class Halo:
    """One tenant of Halo. Use it as a context manager, or close() it.

    url is Halo's address without /api; auth_url defaults to its /auth; tenant only where Halo needs one. quota
    gives each request its place. tokens shares the token with others who use these credentials. on_request is
    called with the path before each request is sent. timeout bounds each request as a whole, in seconds.
    All methods raise errors of the HaloError tree.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        quota: Quota,
        *,
        auth_url: str | None = None,
        tenant: str | None = None,
        scope: str = "all",
        tokens: TokenStore | None = None,
        allow_private: bool = False,
        allow_hosts: frozenset[str] = frozenset(),
        timeout: float = 30,
        backoff: Backoff = USUAL_BACKOFF,
        on_request: Callable[[str], object] | None = None,
    ):
        self.url, self._quota = url, quota
        guard = Guard(allow_private=allow_private, allow_hosts=allow_hosts)
        self._http = httpx.Client(
            transport=GuardedTransport(guard, timeout),
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "GlassHive"},
        )
        self._wire = Wire(self._http, quota, backoff, on_request)
        where = token_url(auth_url or default_auth(url), tenant)
        self._sign_in = SignIn(self._wire, self._http, where, client_id, client_secret, scope, tokens or Kept())

    def __repr__(self) -> str:
        return f"<Halo {self.url}>"

    def __enter__(self) -> "Halo":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def sign_in(self) -> None:
        """Get a new token now, as a check of the credentials."""
        self._sign_in.renew()

    def ahead(self, number: int) -> AbstractContextManager:
        """Within, one thread alone asks, one request right after the other: places in the quota are taken so many at a
        time, which is less to write down. Those that are not used are given back.
        """
        return self._quota.ahead(number)

    def me(self) -> Agent | Unreadable | None:
        """The agent that the credentials act as; None where Halo answers, but does not say."""
        return self._read(ACTING_AGENT, ACTING_AGENT.path, {}, lambda body: decoding.single(body, ACTING_AGENT.reader))

    def page(self, listing: Listing, page_no: int, known: str = "", **params) -> Page | None:
        """One page of a list, from 1 on; params come on top of the listing's and of paging's.

        known: the digest of a Page; None when the answer has the same bytes again, which are not read then.
        """
        read = _page_of(listing, known)
        return self._read(listing, listing.path, {**listing.params, **paged(page_no), **params}, read)

    def rows(self, listing: Listing, **params) -> tuple:
        """All rows of a list that Halo does not page: records and Unreadable ones."""
        return self.whole(listing, **params).rows

    def whole(self, listing: Listing, **params) -> Page:
        """The same, with the number of rows that Halo claims."""
        return self._read(listing, listing.path, {**listing.params, **params}, _page_of(listing))

    def one(self, listing: Listing, halo_id: int) -> object | None:
        """A record with its details (or Unreadable); None when Halo has it no more.

        Raises HaloRejected where Halo will not give out this one (403, 500), though it may give out others.
        """
        try:
            found = self._ask(
                f"{listing.path}/{halo_id}",
                {"includedetails": True},
                lambda body: decoding.single(body, listing.reader),
            )
        except Unwelcome as failure:
            if is_gone(failure.answer):
                return None
            raise told_of_one(failure.answer, listing, halo_id, self._sign_in.hidden()) from failure
        except Garbled as garbled:
            raise not_readable(garbled, listing) from garbled
        # A merged record's id may answer with the record it went into: that is another one.
        return found if getattr(found, "halo_id", None) in (halo_id, None) else None

    def write(self, listing: Listing, record: dict) -> object:
        """Save one record, in Halo's names: with an id it is changed in what is named, without one it is made.

        The saved record (or Unreadable). Sent once: raises HaloUncertain where nothing tells whether Halo saved it,
        HaloRejected with Halo's words where it did not, and the other errors of the tree where it was not asked.
        """
        body = msgspec.json.encode([record])  # always an array (halo-api.md 2.6)
        try:
            return self._send(listing, body)
        except Unwelcome as failure:
            raise told_of_write(failure.answer, listing, self._sign_in.hidden()) from failure
        except Garbled as garbled:
            raise HaloUncertain("Halo took it, but its answer cannot be read.", status=200) from garbled
        except TooLarge as failure:
            if failure.status >= 300:
                raise
            raise HaloUncertain(str(failure), status=200) from failure
        except NoAnswer as failure:
            if failure.is_sent:
                raise HaloUncertain(str(failure)) from failure
            raise

    def _send(self, listing, body):
        def read(saved):
            return decoding.saved(saved, (*listing.keys, "actions"), listing.reader)

        return self._ask(listing.path, {}, read, body)

    def _read(self, listing, path, params, read):
        try:
            return self._ask(path, params, read)
        except Unwelcome as failure:
            raise told(failure.answer, listing, self._sign_in.hidden()) from failure
        except Garbled as garbled:
            raise not_readable(garbled, listing) from garbled

    def _ask(self, path: str, params: Mapping, read, body: bytes | None = None):
        refused, backoff = None, None if body is None else ONCE
        for token in self._sign_in.candidates():
            try:
                request = lambda token=token: self._request(path, params, token, body)  # noqa: E731
                return self._wire.ask(request, _reading(read), backoff)
            except Unwelcome as failure:
                if failure.answer.status != 401:
                    raise
                refused = failure
        raise refused

    def _request(self, path, params, token, body=None):
        headers = {"Authorization": f"Bearer {token}"} | ({} if body is None else {"Content-Type": "application/json"})
        method = "GET" if body is None else "POST"
        return self._http.build_request(method, f"{self.url}/api{path}", params=params, headers=headers, content=body)


def _page_of(listing, known=""):
    def read(body):
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        return None if digest == known else decoding.page(body, listing.keys, listing.reader, digest)

    return read


def _reading(read):
    """read of an answer's body, without a byte order mark; what it cannot read is garbled."""

    def read_answer(answer):
        body = answer.body.removeprefix(b"\xef\xbb\xbf")
        try:
            return read(body)
        except decoding.NotThatShape as error:
            raise Garbled(str(error), body) from error

    return read_answer
