"""The page: tabs, looks, and how it is served."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

from ..errors import MissingProgram
from .limits import Limits

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

try:
    import gradio as gr
except ImportError as error:
    raise MissingProgram("expected Gradio for the page, got none: pip install 'wmpaint[demo]'") from error

from fastapi import FastAPI
from gradio import processing_utils
from starlette.middleware import Middleware

from . import api
from .album import Album
from .quota import Quota
from .studio import Studio
from .tabs import brushes, draw, dream, gallery, paint, plot, style
from .theme import CSS, FOOT, HEAD, SCRIPT, page_theme

__all__ = ["Page", "build", "launch", "mount"]

TABS = {"paint": paint, "style": style, "dream": dream, "draw": draw}
MEGA = 1 << 20
SPARE = 24  # handlers that are not of those who wait
KEPT = (600, 3600)  # seconds: how often Gradio looks for files of its own, and how old they may become


class _Ours:
    """A setting that stays the page's own: Gradio takes it from whoever serves a page, and has defaults for all."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __get__(self, page: Any, owner: Any = None) -> Any:
        return self.value(page) if callable(self.value) else self.value

    def __set__(self, page: Any, value: Any) -> None:
        pass


class Page(gr.Blocks):
    """The page, with its looks and limits, however it is served."""

    theme, css, head = _Ours(page_theme()), _Ours(CSS), _Ours(SCRIPT)
    show_error, footer_links = _Ours(False), _Ours(["api"])
    max_file_size = _Ours(lambda page: page.studio.limits.megabytes * MEGA)

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        super().__init__(title="wmpaint", analytics_enabled=False, delete_cache=KEPT, fill_width=False)
        # All who wait are followed by Gradio at a time; whose turn it is is decided in the studio.
        self.max_threads = 2 * studio.limits.waiting + SPARE

    @property
    def served(self) -> dict[str, Any]:
        """What Gradio's application is made with."""
        limits = self.studio.limits
        return {"middleware": [Middleware(Quota, request=limits.megabytes * MEGA, hour=limits.hourly * MEGA)]}


def build(limits: Limits | None = None) -> Page:
    """The whole page. In this process Gradio then fetches no more addresses that clients name, and keeps uploads in a
    private folder.

    Args:
        limits: of what a visitor may ask for.
    """
    studio = Studio(limits or Limits())

    def leave(request: gr.Request) -> None:
        studio.leave(request.session_hash)

    processing_utils.async_ssrf_protected_download = _no_download
    with Page(studio) as page:
        gr.HTML(HEAD)
        album, current = Album(studio), gr.State(None, time_to_live=3600)
        with gr.Tabs(elem_id="tabs") as album.tabs:
            for name in ("paint", "style", "dream", "draw"):
                with gr.Tab(name.capitalize(), id=name):
                    TABS[name].make(studio, album, current)
            with gr.Tab("Plot", id="plot"):
                plot.make(studio, album, current)
            with gr.Tab("Brushes", id="brushes"):
                brushes.make(studio, album, album.brushes)
            with gr.Tab("Gallery", id="gallery"):
                gallery.make(studio, album, current)
        api.add_endpoints(studio)
        for function, output in album.page_loads:
            page.load(function, None, output, api_visibility="private", show_progress="hidden")
        gr.HTML(FOOT)
        page.unload(leave)
    page.queue(max_size=page.max_threads, default_concurrency_limit=4)
    return page


def mount(
    app: FastAPI, path: str = "/", limits: Limits | None = None, *, auth: tuple[str, str] | None = None
) -> FastAPI:
    """Put the page into an application, at a path; its files are removed when the application ends.

    Args:
        limits: of what a visitor may ask for.
        auth: a name and a password that visitors must know.

    Returns:
        The application.
    """
    page = build(limits)
    gr.mount_gradio_app(app, page, path, auth=auth, app_kwargs=page.served, show_error=False)
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


async def _no_download(url: str, cache_dir: str) -> str:
    """Instead of Gradio's own, which fetches whatever a client names, of any size."""
    raise gr.Error("Expected an uploaded file, got an address: download it, and upload that", print_exception=False)


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
    studio = page.studio
    studio.open()
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
            studio.clear()
    return page
