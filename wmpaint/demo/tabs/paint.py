"""Paint: a photo in brush strokes."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from ... import checks
from ...objectives.presets import PRESETS, preset
from ..album import Album
from ..easel import Begin, Easel
from ..examples import PHOTOS
from ..folders import file_stem
from ..pictures import Photo, known_as, read_upload
from ..recipe import Recipe, call, command, literal, script
from ..studio import OIL, Studio
from ..waiting import QUIET
from . import common

__all__ = ["asked", "make"]

NONE = "none"
PENS = ("any color", "black", "fineliners", "cmyk", "brush_pens")
DIALS = {"detail": "large masses … all that strokes can hold", "wildness": "calm … swinging and loud"}
DIALS |= {"thickness": "of the paint: thin … impasto"}
USUAL = "Oil"
# brush, strokes, objective, pens
RECIPES: dict[str, tuple[str, int, str, str]] = {
    USUAL: (OIL, 800, "painterly", PENS[0]),
    "Portrait": ("oil/filbert", 1200, "painterly", PENS[0]),
    "Landscape": ("gouache", 600, "photo", PENS[0]),
    "Sketch": ("pencil", 400, "sketch", PENS[0]),
    "Poster": ("marker", 250, "photo", "brush_pens"),
    "Economy": ("acrylic", 120, "economy", PENS[0]),
}


def make(studio: Studio, album: Album) -> Easel:
    """The tab's components; its easel."""
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            photo = Photo("Photo", elem_id="paint-photo", placeholder="Drop a photo here", value=PHOTOS[0])
            gr.Examples(PHOTOS, photo, label="Or try", elem_id="paint-examples")
            usual_brush, usual_strokes, usual_objective, _ = RECIPES[USUAL]
            chosen = gr.Radio(list(RECIPES), value=USUAL, label="Preset", elem_id="paint-preset")
            brush, swatch = common.brush_row(studio, album, "paint", usual_brush)
            strokes = common.strokes_slider(studio, 10, usual_strokes, elem_id="paint-strokes")
            with gr.Group() as painterly:
                dials = [
                    gr.Slider(0, 1, 0.5, step=0.05, label=name.capitalize(), info=info, elem_id=f"paint-{name}")
                    for name, info in DIALS.items()
                ]
            seed = common.dice("paint")
            with gr.Accordion("Size, time, colors", open=False):
                height = common.height_slider(studio, 512, elem_id="paint-height")
                budget = common.time_limit("paint")
                second = gr.Dropdown(
                    [NONE, *studio.choices], value=NONE, label="A second brush", elem_id="paint-second",
                    info="Each stroke gets the one that suits its place best",
                )  # fmt: skip
                pens = gr.Radio(list(PENS), value=PENS[0], label="Colors", info="Or only those of a plotter's pens")
                objective = gr.Radio(
                    list(PRESETS), value=usual_objective, label="Paint after",
                    info="photo: what it looks like. painterly: as a painter would. sketch: its lines. intrinsic: what "
                    "a network sees in it. economy: with as few strokes as will do.",
                )  # fmt: skip
            button = gr.Button("Paint", variant="primary", elem_id="paint-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel("paint", album, "Choose a photo and a brush, and press Paint.")

    def preset_of(name: str) -> tuple[str, int, str, str]:
        usual, count, after, colors = RECIPES[name]
        return usual, min(count, studio.limits.strokes), after, colors

    picked = chosen.input(preset_of, chosen, [brush, strokes, objective, pens], **QUIET)
    picked.then(studio.picture_of, brush, swatch, **QUIET)
    objective.change(lambda name: gr.Group(visible=name == "painterly"), objective, painterly, **QUIET)
    inputs = [photo, objective, pens, second, *dials, brush, strokes, height, seed, budget]
    easel.paints(button, functools.partial(asked, studio), inputs)
    return easel


def asked(
    studio: Studio, photo: Any, objective: Any, pens: Any, second: Any, detail: Any, wildness: Any, thickness: Any,
    brush: Any, *usual: Any, own: dict[str, str],
) -> Begin:  # fmt: skip
    """Look at what a visitor asked for; what begins a run after a photo, and gives what makes a `Work` of its painting.

    Args:
        detail, wildness, thickness: 0..1; they count where the objective is painterly.
        usual: strokes, height, seed and seconds, as `run_options` takes them.
        own: the visitor's brushes, name -> file.

    Raises:
        WmpaintError: whatever a visitor may have got wrong.
    """
    options = common.run_options(studio, own, brush, *usual)
    if second not in (None, NONE, brush):
        options["brush"] = [options["brush"], studio.brush(second, own)]
    pens = checks.one_of("colors", pens, PENS)  # anything else could be the name of a file on the server
    inks = None if pens == PENS[0] else pens
    picture = read_upload(photo, studio.limits)
    if objective not in PRESETS:
        preset(objective, picture)  # which says so
    given = zip(DIALS, (detail, wildness, thickness), strict=True) if objective == "painterly" else ()
    dials = {name: checks.number(name, value, 0, 1) for name, value in given}
    name = file_stem(photo)
    recipe = _recipe(known_as(photo), name, objective, dials, common.recipe_options(options), inks)
    notes = {"objective": objective, **dials}
    return common.begins(lambda: preset(objective, picture, **dials), options, recipe, name, [photo], notes, pens=inks)


def _recipe(
    photo: str, name: str, objective: str, dials: dict[str, float], options: dict[str, Any], pens: str | None
) -> Recipe:
    shell = command(["paint", photo], {"objective": objective, **dials, **common.in_shell(options), "pens": pens})
    source = literal(photo)
    goal = source if objective == "photo" else call("wp.objectives.preset", [literal(objective), source], dials)
    python = script([f"goal = {goal}"], [], {**options, "pens": pens}, name)
    return Recipe(f"{shell} -o {name}", f'{python}\npainting.save("{name}.svg", style="brush")')
