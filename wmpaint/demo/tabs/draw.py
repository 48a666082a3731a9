"""Draw: strokes by hand, in the chosen brush."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from ... import checks
from ...canvas import Canvas
from ...errors import InputError, WmpaintError
from ...export.bitmap import flatten
from ...frame import Frame
from ...media import families
from ...media.lit import Lit
from ...medium import Medium, render
from ...objectives.presets import preset
from ...painting import BrushRef, Painting
from ...strokes import Strokes
from ...version import __version__
from ..album import Album
from ..drawing import numbers_of, strokes_of
from ..easel import Begin, Easel
from ..examples import PHOTOS
from ..folders import file_stem
from ..markup import hint, plain_text, toasting
from ..pictures import Photo, jpeg_uri, known_as, read_upload
from ..recipe import Recipe, literal, script
from ..studio import Studio
from ..uploaded import check_work, portable
from ..waiting import QUIET
from ..work import Work, brush_names_of
from .common import MOST_SEED, begins, brush_row, dice, strokes_slider

__all__ = ["make"]

SHAPES = {"Landscape": 4 / 3, "Square": 1.0, "Portrait": 3 / 4}
SEEN = 480  # pixels of height
HEIGHT = 512
STAY, IMPROVE = "stay on top as they are", "may be moved, and painted over"
TEMPLATE = """<div class="sheet"><img alt=""><canvas tabindex="0" role="application" aria-label="Canvas: draw with
the mouse or a pen; or with the arrow keys, and the space bar puts the brush down and lifts it"></canvas></div>"""
SCRIPT = (Path(__file__).parents[1] / "drawing.js").read_text("utf-8")


def make(studio: Studio, album: Album) -> Easel:
    """The tab's components; its easel."""
    limits = studio.limits
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=5, min_width=300, elem_classes="controls"):
            sheet = gr.HTML(
                "[]", html_template=TEMPLATE, js_on_load=SCRIPT, elem_id="draw-sheet", reply="", color="#22374e",
                radius=0.03, aspect=SHAPES["Landscape"], label="Canvas",
            )  # fmt: skip
            gr.HTML(hint("Draw with mouse, finger or pen. The painter lays each stroke as you lift it."))
            with gr.Row(elem_classes="tools"):
                color = gr.ColorPicker("#22374e", label="Color", elem_id="draw-color", min_width=90)
                size = gr.Slider(
                    4,
                    250,
                    30,
                    step=1,
                    label="Size",
                    info="thousandths of the height",
                    min_width=160,
                    elem_id="draw-size",
                )
            with gr.Row():
                back = gr.Button("Undo stroke", size="sm", elem_id="draw-undo", min_width=80)
                clear = gr.Button("Clear", size="sm", elem_id="draw-clear", min_width=80)
                replay = gr.Button("Replay", size="sm", variant="primary", elem_id="draw-replay", min_width=80)
            brush, _ = brush_row(studio, album, "draw", "mypaint/oil")
            shape = gr.Radio(list(SHAPES), value="Landscape", label="Canvas", elem_id="draw-shape")
            with gr.Accordion("Finish it, toward a photo", open=False, elem_id="draw-finish"):
                photo = Photo("Photo", elem_id="draw-photo", placeholder="Drop a photo here", height=170)
                gr.Examples(PHOTOS, photo, label="Or try", elem_id="draw-examples")
                strokes = strokes_slider(studio, 10, 300, "Strokes to add", elem_id="draw-strokes")
                mine = gr.Radio([STAY, IMPROVE], value=STAY, label="Your strokes")
                seed = dice("draw")
                button = gr.Button("Finish it", variant="primary", elem_id="draw-go", elem_classes="go")
        with gr.Column(scale=5, min_width=320):
            easel = Easel("draw", album, "Draw something, and press Replay to see it in the real program.")  # fmt: skip
    for part, tool in ((color, "color"), (size, "radius"), (brush, "again")):
        part.change(None, part, None, js=_tool(tool, "value"), **QUIET)
    shape.change(None, shape, None, js=_tool("aspect", f"({json.dumps(SHAPES)})[value]"), **QUIET)
    back.click(None, None, None, js=_tool("undo"), **QUIET)
    clear.click(None, None, None, js=_tool("clear"), **QUIET)

    def picture(drawing: Any, brush: Any, shape: Any, own: Any) -> str:
        painted = strokes_of(drawing)
        if not len(painted):
            return ""
        canvas = Canvas(_aspect(shape))
        check_work(painted, canvas, limits)
        painter, frame = families.load(studio.brush(brush, own or {})), Frame(canvas, SEEN, program_height=HEIGHT)
        with torch.no_grad():
            dream = render(Lit(painter), painted, frame).mean
        return jpeg_uri(flatten(dream).clamp(0, 1), 90)

    def shown(drawing: Any, brush: Any, shape: Any, own: Any) -> Any:
        """Which lines were heard of, which the picture holds, and the picture; lines that are refused stay traced."""
        heard = numbers_of(drawing)
        try:
            reply = {"heard": heard, "lines": heard, "picture": picture(drawing, brush, shape, own)}
        except WmpaintError as error:
            gr.Warning(plain_text(error), title="That did not work")
            reply = {"heard": heard}
        return gr.HTML(reply=json.dumps(reply))

    seen = [sheet, brush, shape, album.own]
    sheet.input(
        toasting(shown), seen, sheet, concurrency_id="drawing", concurrency_limit=2, api_visibility="private",
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip

    def drawn(drawing: Any, brush: Any, shape: Any, own: Any) -> tuple[Strokes, Canvas, Medium, str]:
        painted = strokes_of(drawing)
        if not len(painted):
            raise InputError("expected a drawing, got a bare canvas: draw something first")
        canvas, name = Canvas(_aspect(shape)), studio.brush(brush, own or {})
        check_work(painted, canvas, limits)
        return painted, canvas, families.load(name), name

    def again(drawing: Any, brush: Any, shape: Any, own: Any, had: Any) -> Any:
        painted, canvas, painter, name = drawn(drawing, brush, shape, own)
        painting = portable(_painting(painted, canvas, painter, name))
        return lambda: easel.results(Work(painting, None, RECIPE, "drawing", name), had)

    easel.opens(replay.click, again, [*seen, album.state])

    def asked(drawing: Any, brush: Any, shape: Any, photo: Any, strokes: Any, mine: Any, seed: Any,
              *, own: dict[str, str]) -> Begin:  # fmt: skip
        painted, canvas, _, name = drawn(drawing, brush, shape, own)
        more = checks.whole("strokes to add", strokes, 1, limits.strokes, floats=True)
        checks.whole("strokes", len(painted) + more, 1, limits.strokes)
        picture = read_upload(photo, limits)
        options: dict[str, Any] = {
            "brush": name, "strokes": len(painted) + more, "height": HEIGHT,
            "seed": checks.whole("a seed", seed, 0, MOST_SEED, floats=True), "hold": mine == STAY,
        }  # fmt: skip
        title = file_stem(photo) + "-by-hand"
        on = f"canvas=wp.Canvas({literal(canvas.aspect)})"
        lines = [
            "# drawing.wmp.json: press Replay and download your drawing first", f"goal = {literal(known_as(photo))}",
        ]  # fmt: skip
        wish = {**options, "brush": brush_names_of(name)}
        python = script(lines, ['init=wp.load("drawing.wmp.json").strokes', on], wish, title)
        return begins(
            lambda: preset("photo", picture), options, Recipe("", python, on), title, [photo], {}, init=painted,
            canvas=canvas,
        )  # fmt: skip

    easel.paints(button, asked, [sheet, brush, shape, photo, strokes, mine, seed])
    return easel


RECIPE = Recipe(
    "wmpaint replay drawing.wmp.json --height 2048 -o drawing.png",
    'import wmpaint as wp\n\ndrawing = wp.load("drawing.wmp.json")  # from Download\n'
    'drawing.save("drawing.png", program="auto", height=2048)',
)


def _aspect(shape: Any) -> float:
    return SHAPES[checks.one_of("a canvas", shape, SHAPES)]


def _tool(name: str, value: str = "null") -> str:
    """JavaScript that tells the sheet what a tool beside it has become."""
    event = f'new CustomEvent("tool", {{detail: ["{name}", {value}]}})'
    return f"(value) => {{ document.querySelector('#draw-sheet canvas').dispatchEvent({event}); return []; }}"


def _painting(strokes: Strokes, canvas: Canvas, painter: Medium, brush: str) -> Painting:
    own = brush if brush.endswith(".safetensors") else None
    name, version, ref = painter.info.name or "mypaint", painter.info.version, BrushRef.of(painter, own)
    return Painting(
        strokes=strokes, canvas=canvas, brushes=(ref,), program=name, program_version=version,
        program_height=HEIGHT, seed=0, parameters={"brush": ref.name, "strokes": len(strokes), "by": "hand"},
        provenance={"wmpaint": __version__, "torch": torch.__version__}, painters=(painter,),
    )  # fmt: skip
