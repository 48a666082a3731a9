"""The page: tabs and looks."""

from __future__ import annotations

import os
from typing import Any

from ..errors import no_package
from .limits import Limits

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

try:
    import gradio as gr
except ImportError as error:
    raise no_package("gradio for the page", "wmpaint[demo]") from error

from gradio import processing_utils
from starlette.middleware import Middleware

from . import api
from .album import Album
from .quota import Quota
from .studio import Studio
from .tabs import brushes, draw, dream, gallery, paint, plot, style
from .theme import CSS, FOOT, HEAD, SCRIPT, page_theme

__all__ = ["Page", "whole_page"]

TABS: dict[str, Any] = {
    "paint": paint, "style": style, "dream": dream, "draw": draw, "plot": plot, "brushes": brushes, "gallery": gallery,
}  # fmt: skip
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


def whole_page(limits: Limits) -> Page:
    """All tabs, and the functions with names."""
    studio = Studio(limits)

    def leave(request: gr.Request) -> None:
        studio.leave(request.session_hash)

    processing_utils.async_ssrf_protected_download = _no_download
    with Page(studio) as page:
        gr.HTML(HEAD)
        album = Album(studio)
        with gr.Tabs(elem_id="tabs") as album.tabs:
            for name, tab in TABS.items():
                with gr.Tab(name.capitalize(), id=name):
                    tab.make(studio, album)
        api.add_endpoints(studio)
        for function, output in album.page_loads:
            page.load(function, None, output, api_visibility="private", show_progress="hidden")
        gr.HTML(FOOT)
        page.unload(leave)
    page.queue(max_size=page.max_threads, default_concurrency_limit=4)
    return page


async def _no_download(url: str, cache_dir: str) -> str:
    """Instead of Gradio's own, which fetches whatever a client names, of any size."""
    raise gr.Error("Expected an uploaded file, got an address: download it, and upload that", print_exception=False)
