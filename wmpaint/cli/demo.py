"""`wmpaint demo`: the page to paint in."""

from __future__ import annotations

import errno
import importlib.util
import os
import signal
import sys
import threading
from typing import Annotated

import typer

from ..errors import InputError, no_package
from . import common

__all__ = ["EXAMPLE", "demo"]

EXAMPLE = "Example: [bold]wmpaint demo[/], or for others [bold]wmpaint demo --host 0.0.0.0 --auth ada:lovelace[/]"
PUBLIC, LIMITS = "For others", "Limits"


@common.guarded
def demo(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 lets other machines in.", rich_help_panel=PUBLIC)
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Default: the first free one from 7860 on.", min=1, max=65535)
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
    auth: Annotated[
        str | None, typer.Option(metavar="NAME:PASSWORD", help="What visitors must know.", rich_help_panel=PUBLIC)
    ] = None,
    share: Annotated[
        bool, typer.Option("--share", help="Make a public link, through a server of Gradio's.", rich_help_panel=PUBLIC)
    ] = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer painting as tools to language models.", rich_help_panel=PUBLIC)
    ] = False,
    max_strokes: Annotated[int, typer.Option(help="Of one painting.", rich_help_panel=LIMITS)] = 4000,
    max_height: Annotated[int, typer.Option(help="Pixels of one painting.", rich_help_panel=LIMITS)] = 1024,
    max_seconds: Annotated[int, typer.Option(help="That one painting may take.", rich_help_panel=LIMITS)] = 300,
    max_minutes: Annotated[int, typer.Option(help="That training a brush may take.", rich_help_panel=LIMITS)] = 5,
    max_upload: Annotated[int, typer.Option(help="Megabytes of an uploaded file.", rich_help_panel=LIMITS)] = 32,
) -> None:
    """Open a page to paint in, in the browser: paint, style, dream, draw, plot, bring your own brush.

    Everything runs on this machine, and the page asks nothing of the network. Ctrl-C ends it.
    """
    given = None
    if auth is not None:
        name, colon, password = auth.partition(":")
        if not (name and colon and password):
            raise InputError("expected --auth NAME:PASSWORD, got something without one of them")
        given = (name, password)
    if importlib.util.find_spec("gradio") is None:
        raise no_package("gradio for the page", "wmpaint[demo]")
    if mcp and importlib.util.find_spec("mcp") is None:
        raise no_package("mcp for --mcp", "gradio[mcp]")
    from ..demo import Limits, launch

    limits = Limits(
        strokes=max_strokes, height=max_height, seconds=max_seconds, minutes=max_minutes, megabytes=max_upload
    )
    _check_address(host, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it so wants its files removed, too
    code = 0
    try:
        page = launch(
            limits, host=host, port=port, open_browser=browser, share=share, auth=given, mcp=mcp, block=False,
            ready=lambda url: common.note(f"painting at {url}; Ctrl-C ends it"),
        )  # fmt: skip
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            common.note("closed")
        finally:
            page.studio.clear()
    except KeyboardInterrupt:
        code = common.STOPPED
    # Visitors are still connected, and somebody's painting may be at work: both would be waited for, or crash.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _check_address(host: str, port: int | None) -> None:
    """Find out before anything is built whether the page can be served there."""
    import socket

    try:
        inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host  # as IPv6 is written in addresses
        found = socket.getaddrinfo(inner, port or 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
    except (OSError, ValueError) as error:  # ValueError: a name that is no text
        raise InputError(f"expected a --host such as 127.0.0.1 or 0.0.0.0, got {host!r}") from error
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise InputError(f"expected a --host that is an address of this machine, got {host!r}") from error
        raise InputError(f"expected a free port, got {port}: {error.strerror or error}") from error
