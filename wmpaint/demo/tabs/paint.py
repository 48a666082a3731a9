"""Paint: a photo in brush strokes."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...objectives.presets import PRESETS, preset
from ...painting import Run
from ..album import Album
from ..easel import Begin, Easel, Finish
from ..examples import PHOTOS
from ..folders import file_stem
from ..pictures import REDUCED, Photo, is_reduced, known_as, read_upload
from ..recipe import Recipe, call, command, literal
from ..studio import Studio
from ..work import Work
from .common import brush_row, dice, in_shell, recipe_options, run_options, time_limit

__all__ = ["asked", "begin", "make"]

NONE = "none"
PENS = ("any color", "black", "fineliners", "cmyk", "brush_pens")
# brush, strokes, objective, pens
RECIPES: dict[str, tuple[str, int, str, str]] = {
    "Portrait": ("oil", 800, "photo", PENS[0]),
    "Landscape": ("gouache", 600, "photo", PENS[0]),
    "Sketch": ("pencil", 400, "sketch", PENS[0]),
    "Poster": ("marker", 250, "photo", "brush_pens"),
    "Economy": ("acrylic", 120, "economy", PENS[0]),
}


def make(studio: Studio, album: Album, current: gr.State) -> Easel:
    """The tab's components; its easel."""
    limits = studio.limits
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            photo = Photo("Photo", elem_id="paint-photo", placeholder="Drop a photo here", value=PHOTOS[0])
            gr.Examples(PHOTOS, photo, label="Or try", elem_id="paint-examples")
            chosen = gr.Radio(list(RECIPES), label="Preset", elem_id="paint-preset")
            brush, swatch = brush_row(studio, album, "paint")
            strokes = gr.Slider(
                10, limits.strokes, min(500, limits.strokes), step=10, label="Strokes", elem_id="paint-strokes"
            )
            seed = dice("paint")
            with gr.Accordion("Size, time, colors", open=False):
                height = gr.Slider(
                    128, limits.height, min(512, limits.height), step=32, label="Height, pixels", elem_id="paint-height"
                )
                budget = time_limit(studio, "paint")
                second = gr.Dropdown(
                    [NONE, *studio.choices], value=NONE, label="A second brush", elem_id="paint-second",
                    info="Each stroke gets the one that suits its place best",
                )  # fmt: skip
                pens = gr.Radio(list(PENS), value=PENS[0], label="Colors", info="Or only those of a plotter's pens")
                objective = gr.Radio(
                    list(PRESETS), value="photo", label="Paint after",
                    info="photo: what it looks like. sketch: its lines. intrinsic: what a network sees in it. "
                    "economy: with as few strokes as will do.",
                )  # fmt: skip
            button = gr.Button("Paint", variant="primary", elem_id="paint-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel("paint", studio, "Choose a photo and a brush, and press Paint.", current, album)
    chosen.input(
        lambda name: _within(RECIPES[name], limits.strokes),
        chosen,
        [brush, strokes, objective, pens],
        queue=False,
        api_visibility="private",
        show_progress="hidden",
    ).then(studio.picture_of, brush, swatch, queue=False, api_visibility="private", show_progress="hidden")

    easel.paints(
        button, functools.partial(asked, studio),
        [photo, brush, strokes, height, seed, budget, objective, pens, second],
    )  # fmt: skip
    return easel


def _within(recipe: tuple[str, int, str, str], most: int) -> tuple[str, int, str, str]:
    brush, strokes, objective, pens = recipe
    return brush, min(strokes, most), objective, pens


def asked(
    studio: Studio,
    photo: Any,
    brush: Any,
    strokes: Any,
    height: Any,
    seed: Any,
    budget: Any,
    objective: Any,
    pens: Any,
    second: Any = NONE,
    *,
    own: dict[str, str],
) -> Begin:
    """Look at what a visitor asked for; what begins a run after a photo, and gives what makes a `Work` of its painting.

    Raises:
        WmpaintError: whatever a visitor may have got wrong.
    """
    limits = studio.limits
    options = run_options(studio, brush, strokes, height, seed, budget, own)
    if second not in (None, NONE, brush):
        options["brush"] = [options["brush"], studio.brush(second, own)]
    pens = checks.one_of("colors", pens, PENS)  # anything else could be the name of a file on the server
    inks = None if pens == PENS[0] else pens
    picture = read_upload(photo, limits)
    if objective not in PRESETS:
        preset(objective, picture)  # which says so
    name = file_stem(photo)

    def begin() -> tuple[Run, Finish]:
        goal = preset(objective, picture)
        run = Run(goal, **options, pens=inks)
        run.source = Path(photo)
        run.parameters["objective"] = objective

        def finish(painting: Any) -> Work:
            recipe = _recipe(known_as(photo), name, objective, recipe_options(options), inks)
            recipe = recipe.noted(REDUCED) if is_reduced(photo) else recipe
            return Work(painting, goal, recipe, name, options["brush"])

        return run, finish

    return begin


def begin(*asking: Any, **named: Any) -> tuple[Run, Finish]:
    """The run at once."""
    return asked(*asking, **named)()


def _recipe(photo: str, name: str, objective: str, options: dict[str, Any], pens: str | None) -> Recipe:
    after = None if objective == "photo" else objective
    shell = command(
        ["paint", photo],
        {"objective": after, **in_shell(options), "pens": pens},
    )
    lines = ["import wmpaint as wp", ""]
    source = literal(photo)
    lines += [f"goal = {source}" if after is None else f'goal = wp.objectives.preset("{after}", {source})']
    lines += [
        "painting = " + call("wp.paint", ["goal"], {**options, "pens": pens}),
        f'painting.save("{name}.wmp.json")',
        f'painting.save("{name}.svg", style="brush")',
    ]
    return Recipe(f"{shell} -o {name}", "\n".join(lines))
