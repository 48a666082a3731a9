"""The page: tabs, looks, and how it is served."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from ..errors import MissingProgram
from .limits import Limits

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

try:
    import gradio as gr
except ImportError as error:
    raise MissingProgram("expected Gradio for the page, got none: pip install 'wmpaint[demo]'") from error

from gradio import processing_utils

from . import api, look
from .album import Album
from .studio import Studio
from .tabs import brushes, draw, dream, gallery, paint, plot, style

__all__ = ["build", "launch"]

TABS = {"paint": paint, "style": style, "dream": dream, "draw": draw}
KEPT = (600, 3600)  # seconds: how often Gradio looks for files of its own, and how old they may become


def build(limits: Limits | None = None) -> gr.Blocks:
    """The whole page. In this process Gradio then fetches no more addresses that clients name.

    Args:
        limits: of what a visitor may ask for.
    """
    studio = Studio(limits or Limits())

    def leave(request: gr.Request) -> None:
        studio.stops.forget(request.session_hash)

    processing_utils.async_ssrf_protected_download = _no_download
    with gr.Blocks(title="wmpaint", analytics_enabled=False, delete_cache=KEPT, fill_width=False) as page:
        gr.HTML(look.HEAD)
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
        api.add(studio)
        for function, output in album.page_loads:
            page.load(function, None, output, api_visibility="private", show_progress="hidden")
        gr.HTML(look.FOOT)
        page.unload(leave)
    page.queue(max_size=studio.limits.waiting, default_concurrency_limit=4)
    page.studio = studio
    return page


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
) -> gr.Blocks:
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
    limits = limits or Limits()
    page = build(limits)
    studio: Studio = page.studio  # type: ignore[attr-defined]
    for work in (studio.warm_up, studio.keep_tidy):
        threading.Thread(target=work, daemon=True).start()
    _, url, public = page.launch(
        server_name=host, server_port=port, inbrowser=open_browser, share=share, auth=auth, mcp_server=mcp,
        prevent_thread_lock=True, quiet=True, show_error=False, max_file_size=f"{limits.megabytes}mb",
        theme=look.theme(), css=look.CSS, head=look.SCRIPT,
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
