"""Gallery: what a visitor has painted, and paintings from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ...errors import InputError
from ..album import Album
from ..easel import Easel
from ..made import name_of
from ..opening import opened_painting
from ..recipe import Recipe
from ..studio import PAINTER, Studio
from ..words import told
from ..work import Work

__all__ = ["make"]


def make(studio: Studio, album: Album, current: gr.State) -> Easel:
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
            easel = Easel("gallery", studio, "Choose a painting, and it hangs here.", current, album, goes_on=False)

    def pick(event: gr.SelectData, hung: Any) -> Any:
        if not 0 <= event.index < len(hung):
            raise InputError("expected a painting of this visit: the page was open for too long")
        return easel.results(hung[event.index].work)

    def bring(path: Any, hung: Any, own: Any) -> Any:
        painting = opened_painting(path, studio.limits, own or {})
        name = name_of(Path(path).name.removesuffix(".wmp.json"))
        work = Work(painting, None, _recipe(name), name)
        return easel.results(work, hung)

    for event in (
        album.wall.select(
            told(pick), album.state, easel._shown, concurrency_id=PAINTER, api_visibility="private",
            show_progress_on=easel.doing,
        ),
        file.upload(
            told(bring), [file, album.state, album.own], easel._shown, concurrency_id=PAINTER, api_visibility="private",
            show_progress_on=easel.doing,
        ),
    ):  # fmt: skip
        easel.films(event)
    return easel


def _recipe(name: str) -> Recipe:
    return Recipe(
        f"wmpaint replay {name}.wmp.json --height 2048 -o {name}.png",
        f'import wmpaint as wp\n\npainting = wp.load("{name}.wmp.json")\n'
        f'painting.save("{name}.png", program="auto", height=2048)',
    )
