"""A place of its own for who waits: what is being done, how many are before, and Cancel."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import gradio as gr

from .live import StopEvent
from .markup import bar, in_line, toasting
from .queue import Waiting
from .studio import Studio

__all__ = ["QUIET", "WAITS", "Wait"]

QUIET: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
# Gradio's own queue lets all in: who is served when is for the studio's lines to say, which tell of it.
WAITS: dict[str, Any] = {"concurrency_id": "lines", "concurrency_limit": None, "trigger_mode": "once"}


class Wait:
    """Its components, hidden while nothing is done.

    Gradio's own way to cancel an event leaves its page with an error where another event is on its way; so Cancel tells
    the studio, and what was followed comes to its end.

    Args:
        name: for ids, and of the place in the studio's lines.
        words: what is said until there is more to say.
    """

    def __init__(self, studio: Studio, name: str, words: str) -> None:
        self.studio, self.name, self.words = studio, name, words
        with gr.Row(visible=False, elem_classes="waits", equal_height=True) as self.row:
            self.doing = gr.HTML("", elem_id=f"{name}-doing")
            self.cancel = gr.Button("Cancel", elem_id=f"{name}-cancel", size="sm", min_width=80, scale=0)

    def runs(
        self, press: Callable[..., Any], asked: Callable[..., Any], inputs: list[Any], outputs: list[Any],
        work: Callable[[str | None, Any, StopEvent], AsyncGenerator[Any, None]],
        canceled: dict[Any, Any] | None = None,
    ) -> None:  # fmt: skip
        """Let an event be followed here.

        Args:
            asked: looks at what a visitor gave, at once: `asked(*values)`, those of `inputs`.
            work: then gives `Waiting`, and changes of `outputs`: `work(visitor, what asked returned, stop)`.
            canceled: what changes if it is.
        """

        async def follow(request: gr.Request, *values: Any) -> AsyncIterator[dict[Any, Any]]:
            visitor, stop = request.session_hash, self.studio.stops.begin(request.session_hash, self.name)
            # All is said again at the end: a page that hears of an event's news before it has heard that the event
            # began, as of a quick one, takes notice of the last only.
            said: dict[Any, Any] = {}
            yield {self.row: gr.Row(visible=True), self.doing: bar(None, self.words)}
            wish = await self.studio.checked(lambda: asked(*values))
            if not stop.dropped:
                async with aclosing(work(visitor, wish, stop)) as news:
                    async for each in news:
                        change = {self.doing: bar(None, in_line(each))} if isinstance(each, Waiting) else each
                        said |= change
                        yield change
            yield {**said, **((canceled or {}) if stop.dropped else {}), **self._nothing()}

        own = [self.row, self.doing]
        event = press(
            toasting(follow), inputs, [*outputs, *own], api_visibility="private", show_progress="hidden", **WAITS
        )
        event.failure(self._nothing, None, own, **QUIET)
        self.cancel.click(self._dropped, None, None, **QUIET)

    def makes(
        self, press: Callable[..., Any], asked: Callable[..., Callable[[], Any]], inputs: list[Any], outputs: list[Any],
        what: str,
    ) -> None:  # fmt: skip
        """The same for what is made at one go: `asked` returns what gives the changes, when it is its turn."""
        self.runs(
            press, asked, inputs, outputs,
            lambda visitor, make, stop: self.studio.fetched(visitor, self.name, make, what),
        )  # fmt: skip

    def _dropped(self, request: gr.Request) -> None:
        self.studio.drop(request.session_hash, self.name)

    def _nothing(self) -> dict[Any, Any]:
        return {self.row: gr.Row(visible=False), self.doing: ""}
