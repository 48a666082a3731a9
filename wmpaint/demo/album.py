"""What a visitor has painted since the page was opened, on the wall of the Gallery tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from PIL import Image

from .studio import Studio
from .work import Work

__all__ = ["Album", "Hung"]

KEPT = 3600  # seconds since a state was last used
THUMB = 360  # pixels of the longer side


@dataclass(frozen=True, eq=False)
class Hung:
    """A work, and how it looks small."""

    work: Work
    thumb: Image.Image
    caption: str


class Album:
    """The states of a visitor that all tabs share, and the wall itself; and parts of tabs that others change."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.state = gr.State([], time_to_live=KEPT)
        self.own = gr.State({}, time_to_live=12 * KEPT)  # brushes that were trained here: name -> file
        self.tabs: Any = None  # the page's
        self.brushes: list[gr.Dropdown] = []  # of all tabs, and their swatches
        self.swatches: list[gr.HTML] = []
        self.page_loads: list[tuple[Any, Any]] = []  # (function, output), for when a page is opened
        self.wall = gr.Gallery(
            label="Painted since you opened this page", columns=3, object_fit="contain", height="auto",
            elem_id="wall", buttons=[], format="webp", allow_preview=False, render=False, interactive=False,
        )  # fmt: skip
        self.empty = gr.HTML(
            "<p class=hint>Nothing hangs here yet. What you paint in any tab will.</p>", elem_id="wall-empty",
            render=False,
        )  # fmt: skip
        self.current = gr.State(None, time_to_live=KEPT)  # the last `Work` of any tab

    @property
    def parts(self) -> list[Any]:
        """What `hang` changes."""
        return [self.state, self.wall, self.empty]

    def hang(self, album: Any, work: Work, picture: Image.Image) -> dict[Any, Any]:
        """Put a work on the wall, the latest first; the oldest is taken down where there are too many."""
        thumb = picture.copy()
        thumb.thumbnail((THUMB, THUMB))
        caption = f"{work.name}, {work.painting.brushes[0].name}, {len(work.painting.strokes):,} strokes"
        hung = album if isinstance(album, list) else []
        hung.insert(0, Hung(work.hung(), thumb, caption))  # the very list: another tab may hang something meanwhile
        del hung[self.studio.limits.kept :]
        return {
            self.state: hung, self.wall: [(each.thumb, each.caption) for each in hung],
            self.empty: gr.HTML(visible=False),
        }  # fmt: skip
