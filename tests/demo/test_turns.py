"""Who is served when: lines of works, without a page."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from apart import apart

from wmpaint.demo.queue import FairQueue, Waiting, cancellable
from wmpaint.errors import InputError


def steps(count: int, name: str, log: list[str], each: float = 0.0) -> Iterator[str]:
    for k in range(count):
        time.sleep(each)
        log.append(name)
        yield f"{name}{k}"


async def follow(line: FairQueue, visitor: str, work: Any) -> list[Any]:
    async with aclosing(line.follow(visitor, work)) as news:
        return [each async for each in news]


def test_short_works_are_not_kept_waiting_by_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wmpaint.demo.queue.SHARES", (0.2, 10.0))
    log: list[str] = []

    async def visit() -> list[list[Any]]:
        line = FairQueue()
        line.slice = 0.05
        long = asyncio.create_task(follow(line, "a", steps(80, "long", log, 0.02)))
        await asyncio.sleep(0.5)
        short = [asyncio.create_task(follow(line, f"b{k}", steps(2, f"s{k}", log, 0.02))) for k in range(8)]
        return [await each for each in (long, *short)]

    long, *short = apart(visit())
    assert [news[-1] for news in short] == [f"s{k}1" for k in range(8)] and long[-1] == "long79"
    assert log.count("long") == 80, "it comes to its end as well"
    last = max(at for at, name in enumerate(log) if name != "long")
    assert log[last:].count("long") > 20, "and long after the short ones"
    order = [each for each in log if each != "long"]
    assert order == [f"s{k // 2}" for k in range(16)], "works that are alike are served in the order of arrival"
    assert "long" in log[log.index("s0") : log.index("s7")], "the others do not make it stand still"


def test_the_last_news_stand_even_where_a_rest_comes_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wmpaint.demo.queue.SHARES", (0.05, 10.0))
    monkeypatch.setattr("wmpaint.demo.queue.BEAT", 0.1)

    both, rests, heard = threading.Event(), threading.Event(), []

    def slow() -> Iterator[str]:
        both.wait(10)
        time.sleep(0.15)
        yield "done"

    def other() -> Iterator[None]:
        rests.wait(10)
        yield None

    async def visit() -> None:
        line = FairQueue()
        line.slice = 0.1  # it ends with the only news of `slow`, and before its end the other is served

        async def listen() -> None:
            async with aclosing(line.follow("a", slow())) as news:
                async for each in news:
                    heard.append(each)
                    if "done" in heard and isinstance(each, Waiting):
                        rests.set()

        first = asyncio.create_task(listen())
        await asyncio.sleep(0)
        second = asyncio.create_task(follow(line, "b", other()))
        await asyncio.sleep(0)
        both.set()
        await asyncio.gather(first, second)

    apart(visit())
    assert rests.is_set() and heard[-1] == "done"


def test_each_visitors_first_work_comes_before_anybodys_second() -> None:
    log: list[str] = []
    gate = threading.Event()

    def blocked() -> Iterator[str]:
        gate.wait(10)
        log.append("x")
        yield "x"

    async def visit() -> None:
        line = FairQueue()
        works = [asyncio.create_task(follow(line, "x", blocked()))]
        for visitor, name in (("a", "a0"), ("a", "a1"), ("a", "a2"), ("b", "b")):
            works.append(asyncio.create_task(follow(line, visitor, steps(1, name, log))))
        while len(line._jobs) < len(works):
            await asyncio.sleep(0.01)
        gate.set()
        await asyncio.gather(*works)

    apart(visit())
    assert log == ["x", "a0", "b", "a1", "a2"]


def test_who_waits_is_told_their_place_and_who_leaves_is_not_served() -> None:
    log: list[str] = []
    gate = threading.Event()

    def blocked() -> Iterator[str]:
        gate.wait(10)
        log.append("first")
        yield "first"

    async def visit() -> tuple[list[Any], list[Any], list[Any]]:
        line = FairQueue()
        first = asyncio.create_task(follow(line, "a", blocked()))
        await asyncio.sleep(0.05)
        heard: list[Any] = []

        async def impatient() -> None:
            async with aclosing(line.follow("b", steps(1, "never", log))) as news:
                async for each in news:
                    heard.append(each)

        leaves = asyncio.create_task(impatient())
        closes = asyncio.create_task(follow(line, "c", steps(1, "nor", log)))
        stays = asyncio.create_task(follow(line, "d", steps(1, "last", log)))
        await asyncio.sleep(0.3)
        leaves.cancel()  # as Cancel does
        line.leave("c")  # as closing the tab does
        await asyncio.wait([leaves], timeout=5)
        gate.set()
        return heard, await closes, [*await first, *await stays]

    heard, closed, served = apart(visit())
    assert isinstance(heard[0], Waiting) and heard[0].place == 1 and heard[0].seconds > 0
    assert log == ["first", "last"] and [each for each in closed if not isinstance(each, Waiting)] == []
    assert [each for each in served if isinstance(each, str)] == ["first", "last0"]
    assert {each.place for each in served if isinstance(each, Waiting)} == {3}


def test_a_line_is_full_for_all_and_sooner_for_one() -> None:
    gate = threading.Event()

    def blocked() -> Iterator[None]:
        gate.wait(10)
        yield None

    async def visit(visitors: list[str], most: int) -> str:
        line = FairQueue(most=most)
        tasks = [asyncio.create_task(follow(line, each, blocked())) for each in visitors]
        done, _ = await asyncio.wait(tasks, timeout=0.2)
        gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return str(next(iter(done)).exception())

    assert "line of at most 2" in apart(visit(["a", "b", "c"], 2))
    gate.clear()
    assert "at most 8 works of one visitor" in apart(visit(["a"] * 9, 40))


def test_news_are_joined_where_nobody_has_fetched_them_and_faults_come_through() -> None:
    def quick() -> Iterator[dict[str, int]]:
        yield {"a": 1, "b": 1}
        yield {"a": 2}

    def wrong() -> Iterator[None]:
        yield None
        raise InputError("expected more")

    joined: dict[str, int] = {}
    for each in apart(follow(FairQueue(), "v", quick())):
        joined |= each
    assert joined == {"a": 2, "b": 1}
    with pytest.raises(InputError, match="expected more"):
        apart(follow(FairQueue(), "v", wrong()))


def test_an_errand_is_stopped_where_it_takes_too_long_or_nobody_waits() -> None:
    tidied: list[str] = []

    def endless(name: str) -> Any:
        try:
            while True:
                time.sleep(0.01)
        finally:
            tidied.append(name)

    with pytest.raises(InputError, match=r"a plot that takes at most 0\.2 seconds"):
        list(cancellable(lambda: endless("late"), 0.2, "a plot"))
    left = cancellable(lambda: endless("left"), 60, "a plot")
    next(left)
    left.close()
    assert tidied == ["late", "left"]
    assert [each for each in cancellable(lambda: 5, 60, "a plot") if each is not None] == [5]
    with pytest.raises(InputError, match="no good"):
        list(cancellable(lambda: (_ for _ in ()).throw(InputError("no good")), 60, "a plot"))


def test_an_errand_in_a_line_is_left_with_its_visitor() -> None:
    tidied = threading.Event()

    def endless() -> None:
        try:
            while True:
                time.sleep(0.01)
        finally:
            tidied.set()

    async def visit() -> None:
        line = FairQueue(2, whole=True)
        task = asyncio.create_task(follow(line, "a", cancellable(endless, 60, "a plot")))
        await asyncio.sleep(0.2)
        line.leave("a")
        await task

    apart(visit())
    assert tidied.wait(5)
