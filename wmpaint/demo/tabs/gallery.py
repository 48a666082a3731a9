"""Gallery: what a visitor has painted, and paintings from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ...errors import InputError
from ..album import Album
from ..easel import Easel
from ..folders import file_stem
from ..recipe import Recipe
from ..studio import Studio
from ..uploaded import opened_painting
from ..waiting import QUIET
from ..work import Work

__all__ = ["make"]


def make(studio: Studio, album: Album) -> Easel:
    """The tab's components; its easel."""
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=5, min_width=300):
            album.empty.render()
            album.wall.render()
            file = gr.File(
                label="Open a painting (.wmp.json, or an .svg or .html that holds one)", elem_id="gallery-file",
                height=120, file_count="single",
            )  # fmt: skip
        with gr.Column(scale=5, min_width=320):
            easel = Easel("gallery", album, "Choose a painting, and it hangs here.", goes_on=False)

    def pick(index: Any, hung: Any) -> Any:
        if not isinstance(index, int) or not 0 <= index < len(hung or []):
            raise InputError("expected a painting of this visit: the page was open for too long")
        return lambda: easel.results(hung[index].work)

    def bring(path: Any, hung: Any, own: Any) -> Any:
        painting = opened_painting(path, studio.limits, own or {})
        name = file_stem(Path(path).name.removesuffix(".wmp.json"))
        work = Work(painting, None, _recipe(name), name)
        return lambda: easel.results(work, hung)

    def which(event: gr.SelectData) -> Any:
        return event.index

    picked = gr.State(None)
    easel.opens(album.wall.select(which, None, picked, **QUIET).success, pick, [picked, album.state])
    easel.opens(file.upload, bring, [file, album.state, album.own])
    return easel


def _recipe(name: str) -> Recipe:
    return Recipe(
        f"wmpaint replay {name}.wmp.json --height 2048 -o {name}.png",
        f'import wmpaint as wp\n\npainting = wp.load("{name}.wmp.json")\n'
        f'painting.save("{name}.png", program="auto", height=2048)',
    )
