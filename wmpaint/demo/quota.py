"""How much a visitor may send: bytes and files of a request, and bytes of an hour."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

__all__ = ["Quota"]

HOUR = 3600.0  # seconds; as long as files are kept
FILES = 8  # in a request; the page sends one
ALL = 16  # visitors that may use up their hour at a time
ROOM = 1 << 16  # bytes of a request around its file
CLOSED = ("/process_recording",)  # routes of Gradio's that write files, and that nothing here uses

Message = MutableMapping[str, Any]
Receive, Send = Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]


class Quota:
    """ASGI middleware before Gradio, which only looks at each file.

    Args:
        app: what comes after.
        request: bytes of one request.
        hour: bytes that an address may send in an hour.
    """

    def __init__(self, app: Any, request: int, hour: int) -> None:
        self.app, self.request, self.hour = app, request + ROOM, hour
        self._sent: deque[tuple[float, str, int]] = deque()  # (when, by whom, bytes)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        visitor = (scope.get("client") or ("",))[0]
        if any(scope["path"].endswith(route) for route in CLOSED):
            await _refuse(send, 404, "Not found.")
            return
        left = self._left(visitor)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        announced = int(length) if length.isdigit() else 0
        if announced > self.request:
            await _refuse(send, 413, f"Expected at most {self.request / 1e6:.0f} MB at a time.")
            return
        if announced > left:
            await _refuse(send, 429, f"Expected at most {self.hour / 1e6:.0f} MB an hour: please come back later.")
            return
        got = files = 0
        tail, over, begun = b"", False, False

        async def counted() -> Message:
            nonlocal got, files, tail, over
            message = await receive()
            body = message.get("body", b"")
            got += len(body)
            if scope["path"].endswith("/upload"):
                seen = tail + body
                files += seen.count(b"filename=") - tail.count(b"filename=")
                tail = seen[-32:]
            over = over or got > min(self.request, left) or files > FILES
            return {"type": "http.disconnect"} if over else message

        async def passed(message: Message) -> None:
            nonlocal begun
            if not over or begun:
                begun = True
                await send(message)

        try:
            await self.app(scope, counted, passed)
        except Exception:
            if not over:
                raise
        finally:
            self._sent.append((time.monotonic(), visitor, got))
        if over and not begun:
            await _refuse(send, 413, f"Expected at most {FILES} files and {self.request / 1e6:.0f} MB at a time.")

    def _left(self, visitor: str) -> int:
        """Bytes that an address may still send: of its own hour, and of everybody's."""
        old = time.monotonic() - HOUR
        while self._sent and self._sent[0][0] < old:
            self._sent.popleft()
        everybody = ALL * self.hour - sum(count for _, _, count in self._sent)
        return min(everybody, self.hour - sum(count for _, who, count in self._sent if who == visitor))


async def _refuse(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
