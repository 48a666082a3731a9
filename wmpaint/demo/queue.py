"""Whose turn it is: many works on few threads, `async for news in line.follow(visitor, work): ...`

A work is a generator that does a little between its yields. Nobody knows beforehand how long one takes, so each
gets a few seconds at once, in the order of arrival; who needs more makes room for those that had less. So short works
are not kept waiting by long ones, and these, sharing what is left, come to their end as well. What can only be done at
one go becomes a work that can be left by `cancellable(lambda: painting.plot(…), 60, "a plot")`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError

__all__ = ["FairQueue", "Waiting", "cancellable"]

SHARES = (4.0, 16.0)  # seconds of work after which a work makes room for those that had less
SLICE = 0.3  # seconds for which one goes on before the others are looked at
FOURTH = 4  # every so many slices belong to whoever has waited for the longest since its last
BEAT = 1.0  # seconds between words to those who wait
EACH = 8  # works of one visitor in a line
LOOK = 0.05  # seconds between looks at what is done at one go
GRACE = 2.0  # seconds in which that tidies up


@dataclass(frozen=True)
class Waiting:
    """What one is told who waits.

    Args:
        place: 1 is next.
        seconds: until then, by what works took of late.
        begun: whether some of the work is done, and it makes room for shorter ones.
    """

    place: int
    seconds: float
    begun: bool = False


@dataclass(eq=False)
class _Job:
    visitor: str
    tab: str
    work: Iterator[Any]
    turn: int
    number: int
    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    news: Any = None
    error: BaseException | None = None
    spent: float = 0.0  # seconds
    served: float = 0.0  # when last
    running: bool = False
    over: bool = False
    gone: bool = False  # the visitor is

    def tell(self, news: Any) -> None:
        """News that nobody has fetched yet are replaced, or where both change parts of a page, joined."""
        both = isinstance(news, dict) and isinstance(self.news, dict)
        self.news = {**self.news, **news} if both else news

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the server has ended
            self.loop.call_soon_threadsafe(self.woken.set)

    @property
    def level(self) -> int:
        return sum(self.spent >= share for share in SHARES)


class FairQueue:
    """Works, and the threads that do them.

    Args:
        threads: how many works are done at a time.
        most: works that may be here.
        whole: whether each is done at one go.
    """

    def __init__(self, threads: int = 1, most: int = 40, whole: bool = False) -> None:
        self.threads, self.most, self.slice = threads, most, math.inf if whole else SLICE
        self.usual = 5.0  # seconds that works took of late
        self._jobs: list[_Job] = []
        self._changed = threading.Condition()
        self._numbers, self._slices = itertools.count(), itertools.count(1)
        self._started = False
        self._turn = 0  # the visitors' how manieth works are served

    async def follow(
        self, visitor: str | None, work: Generator[Any, None, None], tab: str = ""
    ) -> AsyncGenerator[Any, None]:
        """What a work yields, save None, the latest where it is faster than who listens; and `Waiting` as long as
        others are served; after those the latest news again, where none follow. Whoever stops listening leaves the
        line, and their work is closed.

        Raises:
            InputError: the line is full. Whatever the work raises.
        """
        job = self._enter(visitor or "", tab, work)
        try:
            patience = 0.05
            last, rested = None, False
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(job.woken.wait(), patience)
                patience = BEAT
                with self._changed:
                    job.woken.clear()
                    news, job.news = job.news, None
                    over = job.over or job.gone
                    waiting = None if over or job.running else self._place(job)
                if job.gone:
                    return
                if over and job.error is not None:
                    raise job.error
                if news is not None:
                    last, rested = news, False
                    yield news
                elif waiting is not None:
                    rested = True
                    yield waiting
                elif over and rested and last is not None:
                    yield last  # a slice ended between these news and the end, and they are not to be hid by a rest
                if over:
                    return
        finally:
            with self._changed:
                job.gone = True
                self._changed.notify_all()

    def leave(self, visitor: str | None, tab: str | None = None) -> None:
        """Close all works of a visitor, or those of a tab; who follows them is told no more."""
        with self._changed:
            for job in self._jobs:
                if job.visitor == (visitor or "") and tab in (None, job.tab):
                    job.gone = True
                    job.wake()
            self._changed.notify_all()

    # What the threads do

    def _enter(self, visitor: str, tab: str, work: Iterator[Any]) -> _Job:
        with self._changed:
            there = [job for job in self._jobs if not job.gone]
            if len(there) >= self.most:
                raise InputError(f"expected a line of at most {self.most}, and it is full: please come back later")
            if sum(job.visitor == visitor for job in there) >= EACH:
                raise InputError(f"expected at most {EACH} works of one visitor at a time: wait for one of yours")
            turn = max([self._turn, *(job.turn + 1 for job in there if job.visitor == visitor)])
            job = _Job(visitor, tab, work, turn, next(self._numbers), asyncio.get_running_loop())
            self._jobs.append(job)
            if not self._started:
                self._started = True
                for _ in range(self.threads):
                    threading.Thread(target=self._serve, daemon=True).start()
            self._changed.notify()
        return job

    def _serve(self) -> None:
        while True:
            with self._changed:
                while (job := self._next()) is None:
                    self._changed.wait()
                job.running = True
            began = time.monotonic()
            over = self._advance(job, began)
            with self._changed:
                job.running, job.served = False, time.monotonic()
                job.spent += job.served - began
                if over:
                    self._jobs.remove(job)
                    job.over = True
                    if not job.gone and job.error is None:
                        self.usual += 0.25 * (job.spent - self.usual)
                self._changed.notify_all()
            job.wake()

    def _advance(self, job: _Job, began: float) -> bool:
        """Go on with a work for a slice; whether it has ended."""
        try:
            while not job.gone:
                news = next(job.work)
                if news is not None:
                    with self._changed:
                        job.tell(news)
                    job.wake()
                if time.monotonic() - began >= self.slice:
                    return False
            job.work.close()  # type: ignore[attr-defined]
        except StopIteration:
            pass
        except BaseException as error:
            job.error = error
        return True

    def _next(self) -> _Job | None:
        free = [job for job in self._jobs if not job.running]
        if not free:
            return None
        if left := [job for job in free if job.gone]:
            return left[0]
        begun = [job for job in free if job.served]
        if begun and next(self._slices) % FOURTH == 0:
            return min(begun, key=lambda job: job.served)
        job = min(free, key=_order)
        self._turn = max(self._turn, job.turn)
        return job

    def _place(self, job: _Job) -> Waiting:
        mine = _order(job)
        ahead = [
            other for other in self._jobs
            if other is not job and not other.gone and (other.running or _order(other) < mine)
        ]  # fmt: skip
        rests = [max(0.5, min(self.usual, *(s for s in (*SHARES, math.inf) if s > o.spent)) - o.spent) for o in ahead]
        return Waiting(max(1, len(ahead)), sum(rests) / self.threads, job.spent > 0)


def _order(job: _Job) -> tuple[float, ...]:
    """By what each has had; then each visitor's first, each visitor's second, …; the longest take turns."""
    level = job.level
    return level, job.served if level == len(SHARES) else 0.0, job.turn, job.number


class Cancelled(BaseException):
    """Nobody waits for it any more. Not an `Exception`, so that no handler on the way takes it for a fault."""


def cancellable(function: Callable[[], Any], seconds: float, what: str) -> Generator[Any, None, None]:
    """Do it in a thread of its own; yield None meanwhile, and in the end what it returns.

    It is stopped after so many seconds, or when the generator is closed: `Cancelled` is raised in it between two lines
    of Python, so that temporary files are removed on the way out; a call into a library is waited for.

    Raises:
        InputError: the time is up. Whatever the function raises.
    """
    found: list[Any] = []
    fault: list[BaseException] = []

    def do() -> None:
        try:
            found.append(function())
        except Cancelled:
            pass
        except BaseException as error:
            fault.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    end = time.monotonic() + seconds
    try:
        while thread.is_alive():
            thread.join(LOOK)
            if thread.is_alive():
                if time.monotonic() > end:
                    raise InputError(
                        f"expected {what} that takes at most {seconds:g} seconds, got a longer one: try a smaller size"
                    )
                yield None
        if fault:
            raise fault[0]
        yield found[0]
    finally:
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Cancelled))
            thread.join(GRACE)
