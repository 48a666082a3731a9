"""Words on the page: HTML from text, and errors that help and tell nothing of the server."""

from __future__ import annotations

import contextlib
import functools
import html
import inspect
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import gradio as gr

from ..errors import WmpaintError
from .queue import Waiting

__all__ = ["bar", "hint", "in_line", "plain_text", "table", "toasting"]

log = logging.getLogger("wmpaint.demo")
_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\](?:[^\s'\"/\\]+[/\\])+([^\s'\"/\\,;:)]*)")
OOPS = "Something went wrong on our side, and what you have painted is still here. Please try again."
FULL = "This needs more memory than there is: try a smaller size, or fewer strokes."


def plain_text(error: BaseException) -> str:
    """What an error says, without the server's folders and with a capital letter."""
    text = _PATH.sub(r"\1", " ".join(str(error).split()))
    return text[:1].upper() + text[1:]


def toasting(function: Callable[..., Any]) -> Callable[..., Any]:
    """A handler whose errors become toasts: ours in their own words, all others without a trace of the server."""

    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def follow(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            try:
                async with contextlib.aclosing(function(*args, **kwargs)) as news:
                    async for each in news:
                        yield each
            except Exception as error:
                raise _toast(error) from None

        return follow

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise _toast(error) from None

    return call


def _toast(error: Exception) -> gr.Error:
    if isinstance(error, gr.Error):
        return error
    if isinstance(error, WmpaintError):
        return gr.Error(plain_text(error), title="That did not work", print_exception=False, duration=12)
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return gr.Error(FULL, title="Too large", print_exception=False)
    log.exception("a handler of the page failed", exc_info=error)
    return gr.Error(OOPS, title="Sorry", print_exception=False)


def table(rows: Iterable[tuple[str, str]], caption: str) -> str:
    """Labels and values."""
    cells = "".join(f"<tr><th scope=row>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
    return f"<table class=numbers><caption>{html.escape(caption)}</caption><tbody>{cells}</tbody></table>"


def bar(share: float | None, text: str) -> str:
    """A progress bar and what is being done; None where nobody knows how far it is."""
    value = "" if share is None else f" value={round(100 * min(max(share, 0.0), 1.0))}"
    said = html.escape(text)
    return f'<div class=doing><progress max=100{value} aria-label="progress"></progress><output>{said}</output></div>'


def in_line(waiting: Waiting) -> str:
    """What one reads who waits."""
    others = waiting.place
    after = f"about {waiting.seconds:.0f} s" if waiting.seconds < 100 else f"about {waiting.seconds / 60:.0f} minutes"
    if waiting.begun:
        return f"resting while {'a shorter one is' if others == 1 else f'{others} shorter ones are'} painted · {after}"
    place = "you are next" if others == 1 else f"you are number {others}"
    return f"in the queue: {place} · {after}"


def hint(text: str) -> str:
    """A quiet line."""
    return f"<p class=hint>{html.escape(text)}</p>"
