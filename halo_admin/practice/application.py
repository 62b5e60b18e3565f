"""The practice Halo without its socket: takes a request, gives an answer, and remembers what it was asked."""

import random
import time
from collections.abc import Callable
from threading import Event

from .auth import TENANT, Auth, unauthorised
from .control import answer_control
from .errors import Refused
from .faults import Book
from .journal import Journal
from .lists import answer_list, empty_list
from .messages import CONTROL, DELETE, LIST, ONE, OPEN, OTHER, TOKEN, WRITE, Answer, Request, empty, html
from .quota import Quota
from .single import answer_actions, answer_notes, answer_one
from .size import Size
from .stats import Entry, Stats
from .switches import Switches
from .tenant import Tenant
from .throttling import limit_text, too_many, written_wait
from .writing.deleting import answer_delete
from .writing.posting import answer_post
from .written import Written


class Application:
    """clock: seconds that never go back, for the quota and the life of tokens; tests hand in their own."""

    def __init__(self, size: Size, seed: int, switches: Switches, journal: Journal | None, clock=time.monotonic):
        self.clock: Callable[[], float] = clock
        self.switches, self.journal = switches, journal
        self.stopping = Event()
        self.tenant = Tenant(seed, size)
        if journal:
            journal.open(seed, size, self.tenant)
        self.auth = Auth(switches, clock)
        self.quota, self.stats, self.book, self.written = Quota(), Stats(), Book(), Written()

    def reset(self) -> None:
        """Back to how it was started: records, switches; no faults, nothing counted. Tokens stay good."""
        self.tenant.reset()
        if self.journal:
            self.journal.clear()
        self.switches.reset()
        self.book.clear()
        self.quota.reset()
        self.stats.reset()

    def answer(self, request: Request) -> Answer:
        """Answer one request, faults included. Control requests count nowhere."""
        if request.shape == CONTROL:
            return answer_control(self, request)
        answer, fired = self._count_and_answer(request)
        self.stats.count(request.route, Entry(request.method, request.target, answer.status, tuple(fired)))
        return answer

    def _count_and_answer(self, request: Request) -> tuple[Answer, list[str]]:
        wait = self.quota.arrive(self.clock(), self.switches.rate_limit())
        self._be_late()
        if wait is not None:
            text = limit_text(*self.switches.rate_limit())
            return too_many(text, self.switches.throttle_body, written_wait(self.switches.retry_after, wait)), []
        firings = self.book.due(request, self)
        answer = self._befall(firings, request)
        return self._afterwards(firings, answer)

    def _befall(self, firings: list, request: Request) -> Answer:
        """What the first fault puts in place of an answer, else the true one."""
        instead = None
        for firing in [firing for firing in firings if firing.fault.kind.before]:
            happened = firing.fault.kind.before(firing) if instead is None else None
            if happened is None:
                self.book.give_back(firing.fault)
                firings.remove(firing)
            elif isinstance(happened, Answer):
                instead = happened
        return instead or self._true_answer(request)

    def _afterwards(self, firings: list, answer: Answer) -> tuple[Answer, list[str]]:
        """What the faults make of the answer, and the names of all that happened."""
        fired = []
        for firing in firings:
            changed = firing.fault.kind.after(firing, answer) if firing.fault.kind.after else answer
            if changed is None:
                self.book.give_back(firing.fault)
            else:
                answer = changed
                fired.append(firing.fault.kind.name)
        return answer, fired

    def _true_answer(self, request: Request) -> Answer:
        try:
            return self._work(request)
        except Refused as refused:
            return refused.answer

    def _work(self, request: Request) -> Answer:
        """Raises Refused where the answer is an error of the record rooms."""
        if request.shape == TOKEN:
            return self.auth.token(request)
        if request.shape == OPEN:
            return self._open(request)
        if request.entity is None:
            return html(404, "404 - File or directory not found.")
        scopes = self.auth.scopes(request)
        if scopes is None:
            return unauthorised()
        if not self.auth.may(request, scopes):
            return self._forbidden(request)
        with self.tenant.lock:
            return self._on_records(request)

    def _on_records(self, request: Request) -> Answer:
        answers = {ONE: answer_one, WRITE: answer_post, DELETE: answer_delete, LIST: answer_list}
        about = {"CRMNote": answer_notes, "Actions": answer_actions}
        if request.shape == OTHER:
            return empty(405)
        work = about.get(request.entity, answer_list) if request.shape == LIST else answers[request.shape]
        if work is not answer_list or self.book.faults:  # faults change what is not written yet
            return work(self.tenant, self.switches, request)
        state = (self.tenant.version(), self.switches.version)
        key = (request.entity, *sorted(request.query.items()))
        return self.written.answer(state, key, lambda: answer_list(self.tenant, self.switches, request))

    def _open(self, request: Request) -> Answer:
        """/api/authinfo and /api/InstanceInfo need no token."""
        auth_url = f"{request.origin}/auth"
        if request.path.lower().rstrip("/").endswith("authinfo"):
            return Answer(data={"auth_url": auth_url, "tenant_id": self.switches.tenant_required or TENANT})
        instance = {
            "dbid": "practice", "app_name": "Halo (practice)", "app_version": "2.212.1", "database_version": 2212,
            "agent_count": self.tenant.world.size.agents, "agent_url": request.origin, "portal_url": request.origin,
        }  # fmt: skip
        return Answer(data=instance | {"auth_url": auth_url})

    def _forbidden(self, request: Request) -> Answer:
        if self.switches.missing_scope == "403":
            return html(403, "403 - Forbidden: Access is denied.")
        if self.switches.missing_scope == "empty" and request.shape == LIST:
            return empty_list(self.switches, request)
        return unauthorised()

    def _be_late(self) -> None:
        if span := self.switches.latency_range():
            self.stopping.wait(random.uniform(*span))
