"""The page to paint in: `launch()` opens it in the browser, `build()` makes it (extra `demo`)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from .folders import upload_folder
from .limits import Limits

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .page import Page

__all__ = ["Limits", "build", "launch", "mount"]


def build(limits: Limits | None = None) -> Page:
    """The page as a `gradio.Blocks`, to be put into another app; `mount` does that for FastAPI.

    In this process Gradio then fetches no more addresses that clients name, and keeps uploads in a private folder.

    Args:
        limits: of what a visitor may ask for.

    Raises:
        MissingProgram: Gradio is not installed.
    """
    upload_folder()  # before Gradio is imported, which makes a folder
    from .page import whole_page

    return whole_page(limits or Limits())


def mount(
    app: FastAPI, path: str = "/", limits: Limits | None = None, *, auth: tuple[str, str] | None = None
) -> FastAPI:
    """Put the page into a FastAPI application: `wmpaint.demo.mount(app, "/paint")`.

    As `build` and Gradio's `mount_gradio_app`, and what visitors send is limited by the request and the hour, and
    removed when the application ends.

    Args:
        app: a `fastapi.FastAPI`.
        path: where.
        limits: of what a visitor may ask for.
        auth: a name and a password that visitors must know.

    Returns:
        The application.

    Raises:
        MissingProgram: Gradio is not installed.
    """
    page = build(limits)
    import gradio

    gradio.mount_gradio_app(app, page, path, auth=auth, app_kwargs=page.served, show_error=False)
    within = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        page.studio.open()
        try:
            async with within(app) as state:
                yield state
        finally:
            page.studio.clear()

    app.router.lifespan_context = lifespan
    return app


def launch(
    limits: Limits | None = None,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = False,
    share: bool = False,
    auth: tuple[str, str] | None = None,
    mcp: bool = False,
    block: bool = True,
    ready: Callable[[str], None] | None = None,
) -> Page:
    """Serve the page.

    Args:
        limits: of what a visitor may ask for.
        host, port: where; the first free port from 7860 on, if None.
        open_browser: whether a browser is told to.
        share: make a public link, through a server of Gradio's.
        auth: a name and a password that visitors must know.
        mcp: offer the functions of the API as tools for language models.
        block: wait until Ctrl-C.
        ready: told the page's address when it can be visited.

    Raises:
        MissingProgram: Gradio, or for `mcp` its extra, is not installed.
    """
    page = build(limits)
    page.studio.open()
    _, url, public = page.launch(
        server_name=host, server_port=port, inbrowser=open_browser, share=share, auth=auth, mcp_server=mcp,
        prevent_thread_lock=True, quiet=True, show_error=False, max_threads=page.max_threads, app_kwargs=page.served,
        ssr_mode=False, state_session_capacity=200, footer_links=["api"],
    )  # fmt: skip
    if ready is not None:
        ready(public or url)
    if block:
        try:
            page.block_thread()
        finally:
            page.close()
            page.studio.clear()
    return page
