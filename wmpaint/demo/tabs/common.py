"""What the tabs that paint have in common: a brush, a seed, a time limit, and what becomes of them."""

from __future__ import annotations

import random
from typing import Any

import gradio as gr

from ... import checks
from ..album import Album
from ..studio import BRUSHES, Studio
from ..work import brush_names_of

__all__ = ["MOST_SEED", "brush_row", "dice", "in_shell", "recipe_options", "run_options", "time_limit"]

MOST_SEED = 2**31 - 1
LOWEST = 64  # pixels


def run_options(
    studio: Studio, brush: Any, strokes: Any, height: Any, seed: Any, budget: Any, own: dict[str, str]
) -> dict[str, Any]:
    """The options of `Run`, out of what a visitor asked for.

    Raises:
        InputError: a number out of the page's limits, or an unknown brush.
    """
    limits = studio.limits
    return {
        "brush": studio.brush(brush, own),
        "strokes": checks.whole("strokes", strokes, 1, limits.strokes, floats=True),
        "height": checks.whole("a height", height, LOWEST, limits.height, floats=True),
        "seed": checks.whole("a seed", seed, 0, MOST_SEED, floats=True),
        "budget": checks.number("seconds", budget or 0, 0, limits.seconds) or None,
    }


def recipe_options(options: dict[str, Any]) -> dict[str, Any]:
    """The same for recipes: a brush of the visitor's by the name of its file."""
    return {**options, "brush": brush_names_of(options["brush"])}


def in_shell(options: dict[str, Any]) -> dict[str, Any]:
    """The same for a command."""
    brush = options["brush"]
    brush = ",".join(brush) if isinstance(brush, list) else brush
    return {**options, "brush": brush, "budget": f"{options['budget']:g}s" if options["budget"] else None}


def time_limit(studio: Studio, name: str) -> gr.Number:
    """How long it may take."""
    return gr.Number(
        0, label="Seconds, at most", info="0: as long as it takes",
        elem_id=f"{name}-seconds",
    )  # fmt: skip


def brush_row(studio: Studio, album: Album, name: str, value: str = BRUSHES) -> tuple[gr.Dropdown, gr.HTML]:
    """The choice of a brush, with a picture of its strokes."""
    with gr.Row(elem_classes="brushrow"):
        brush = gr.Dropdown(
            studio.choices, value=value, label="Brush", elem_id=f"{name}-brush", filterable=True, min_width=140,
            allow_custom_value=True, elem_classes="brushes",
        )  # fmt: skip
        swatch = gr.HTML(studio.picture_of(value), elem_classes="swatch", min_width=120)
    brush.input(studio.picture_of, brush, swatch, queue=False, api_visibility="private", show_progress="hidden")
    album.brushes.append(brush)
    album.swatches.append(swatch)
    return brush, swatch


def dice(name: str) -> gr.Number:
    """A seed, and a button that throws another."""
    with gr.Row(equal_height=False, elem_classes="dice"):
        seed = gr.Number(
            0, label="Seed", info="The same one paints the same picture", precision=0,
            elem_id=f"{name}-seed", scale=3, min_width=120,
        )  # fmt: skip
        button = gr.Button("Roll the dice", elem_id=f"{name}-dice", scale=1, min_width=110)
    button.click(
        lambda: random.randint(0, 999_999), None, seed, queue=False, api_visibility="private", show_progress="hidden"
    )
    return seed
