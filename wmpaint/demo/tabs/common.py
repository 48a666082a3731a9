"""What the tabs that paint have in common: a brush, a seed, a time limit, and what becomes of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...objectives.base import Objective
from ...painting import Run
from ..album import Album
from ..easel import Begin, Finish
from ..pictures import REDUCED, is_reduced
from ..recipe import Recipe
from ..studio import BRUSHES, Studio
from ..waiting import QUIET
from ..work import Work, brush_names_of

__all__ = ["MOST_SEED", "begins", "brush_row", "dice", "height_slider", "in_shell", "recipe_options"]
__all__ += ["run_options", "strokes_slider", "time_limit"]

MOST_SEED = 2**31 - 1
LOWEST = 64  # pixels


def run_options(
    studio: Studio, own: dict[str, str], brush: Any, strokes: Any, height: Any, seed: Any, budget: Any
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


def begins(
    goal: Callable[[], Objective], options: dict[str, Any], recipe: Recipe, name: str, photos: Sequence[Any],
    notes: dict[str, Any], **more: Any,
) -> Begin:  # fmt: skip
    """What begins a run when it is its turn, and gives what makes a `Work` of its painting.

    Args:
        goal: makes it.
        options: of `Run`; and `more` of them.
        recipe: how to do the same again.
        name: for the work's files.
        photos: the files that it is painted after, the one that the painting bears the name of first.
        notes: what else the painting's file should say of its parameters.
    """
    recipe = recipe.noted(REDUCED) if any(map(is_reduced, photos)) else recipe

    def begin() -> tuple[Run, Finish]:
        made = goal()
        run = Run(made, **options, **more)
        run.source = Path(photos[0]) if photos else None
        run.parameters.update(notes)
        return run, lambda painting: Work(painting, made, recipe, name, options["brush"])

    return begin


def strokes_slider(studio: Studio, least: int, usual: int, label: str = "Strokes", **looks: Any) -> gr.Slider:
    """How many strokes, within the limit."""
    most = studio.limits.strokes
    return gr.Slider(least, most, min(usual, most), step=10, label=label, **looks)


def height_slider(studio: Studio, usual: int, **looks: Any) -> gr.Slider:
    """How high the painting is, within the limit."""
    most = studio.limits.height
    return gr.Slider(128, most, min(usual, most), step=32, label="Height, pixels", **looks)


def time_limit(name: str) -> gr.Number:
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
    brush.input(studio.picture_of, brush, swatch, **QUIET)
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
    button.click(lambda: random.randint(0, 999_999), None, seed, **QUIET)
    return seed
