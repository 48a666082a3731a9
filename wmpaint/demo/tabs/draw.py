"""Draw: strokes by hand, in the chosen brush."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from ... import painters
from ...canvas import Canvas
from ...errors import InputError
from ...export.bitmap import flatten
from ...objectives.presets import preset
from ...painters.painter import RibbonPainter
from ...painting import BrushRef, Painting, Run
from ...strokes import Strokes
from ...version import __version__
from ..album import Album
from ..easel import Easel
from ..examples import PHOTOS
from ..hand import strokes_of
from ..made import name_of
from ..opening import check_work, portable
from ..pictures import REDUCED, Photo, is_reduced, jpeg_uri, opened
from ..recipe import Recipe, call, literal
from ..studio import Studio
from ..words import hint, told, whole
from ..work import Work
from .common import MOST_SEED, brush_row, dice

__all__ = ["make"]

SHAPES = {"Landscape": 4 / 3, "Square": 1.0, "Portrait": 3 / 4}
SEEN = 480  # pixels of height
HEIGHT = 512
STAY, IMPROVE = "stay on top as they are", "may be moved, and painted over"
TEMPLATE = """<div class="sheet"><img alt=""><canvas tabindex="0" role="application" aria-label="Canvas: draw with
the mouse or a pen; or with the arrow keys, and the space bar puts the brush down and lifts it"></canvas></div>"""
SCRIPT = (Path(__file__).parents[1] / "drawing.js").read_text("utf-8")


def make(studio: Studio, album: Album, current: gr.State) -> Easel:
    """The tab's components; its easel."""
    limits = studio.limits
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=5, min_width=300, elem_classes="controls"):
            sheet = gr.HTML(
                "[]", html_template=TEMPLATE, js_on_load=SCRIPT, elem_id="draw-sheet", picture="", color="#22374e",
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
            brush, _ = brush_row(studio, album, "draw", "oil")
            shape = gr.Radio(list(SHAPES), value="Landscape", label="Canvas", elem_id="draw-shape")
            with gr.Accordion("Finish it, toward a photo", open=False, elem_id="draw-finish"):
                photo = Photo("Photo", elem_id="draw-photo", placeholder="Drop a photo here", height=170)
                gr.Examples(PHOTOS, photo, label="Or try", elem_id="draw-examples")
                strokes = gr.Slider(
                    10,
                    limits.strokes,
                    min(300, limits.strokes),
                    step=10,
                    label="Strokes to add",
                    elem_id="draw-strokes",
                )
                mine = gr.Radio([STAY, IMPROVE], value=STAY, label="Your strokes")
                seed = dice("draw")
                button = gr.Button("Finish it", variant="primary", elem_id="draw-go", elem_classes="go")
        with gr.Column(scale=5, min_width=320):
            easel = Easel("draw", studio, "Draw something, and press Replay to see it in the real program.", current,
                          album)  # fmt: skip
    quiet: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    color.change(lambda value: gr.HTML(color=_hex(value)), color, sheet, **quiet)
    size.change(lambda value: gr.HTML(radius=value / 1000), size, sheet, **quiet)

    def picture(drawing: Any, brush: Any, shape: Any, own: Any) -> str:
        painted = strokes_of(drawing)
        if not len(painted):
            return ""
        check_work(painted, Canvas(_aspect(shape)), limits)
        with torch.no_grad():
            dream = _painter(studio, brush, own).render(
                painted, Canvas(_aspect(shape)), height=SEEN, program_height=HEIGHT
            )
        return jpeg_uri(flatten(dream).clamp(0, 1), 90)

    def shown(drawing: Any, brush: Any, shape: Any, own: Any) -> Any:
        return gr.HTML(picture=picture(drawing, brush, shape, own), aspect=_aspect(shape))

    seen = [sheet, brush, shape, album.own]
    light: dict[str, Any] = {"concurrency_id": "drawing", "concurrency_limit": 2, "api_visibility": "private",
                             "show_progress": "hidden"}  # fmt: skip
    sheet.input(told(shown), seen, sheet, **light)
    brush.change(told(shown), seen, sheet, **light)
    shape.change(told(shown), seen, sheet, **light)

    def fewer(drawing: Any, brush: Any, shape: Any, own: Any, *, every: bool = False) -> Any:
        strokes_of(drawing)  # it is a list of lines
        left = json.dumps([] if every else json.loads(drawing or "[]")[:-1])
        return gr.HTML(value=left, picture=picture(left, brush, shape, own))

    back.click(told(fewer), seen, sheet, **light)
    clear.click(told(lambda *values: fewer(*values, every=True)), seen, sheet, **light)

    def drawn(drawing: Any, brush: Any, shape: Any, own: Any) -> tuple[Strokes, Canvas, RibbonPainter, str]:
        painted = strokes_of(drawing)
        if not len(painted):
            raise InputError("expected a drawing, got a bare canvas: draw something first")
        check_work(painted, Canvas(_aspect(shape)), limits)
        name = studio.brush(brush, own or {})
        return painted, Canvas(_aspect(shape)), painters.load(name), name

    def again(drawing: Any, brush: Any, shape: Any, own: Any, had: Any) -> Any:
        painted, canvas, painter, name = drawn(drawing, brush, shape, own)
        painting = portable(_painting(painted, canvas, painter, name))
        return easel.results(Work(painting, None, RECIPE, "drawing", name), had)

    event = replay.click(
        told(again), [*seen, album.state], easel._shown, concurrency_id="painter", api_visibility="private",
        show_progress_on=easel.doing,
    )  # fmt: skip
    easel.films(event)

    def begin(drawing: Any, brush: Any, shape: Any, photo: Any, strokes: Any, mine: Any, seed: Any,
              *, own: dict[str, str]) -> Any:  # fmt: skip
        painted, canvas, _, name = drawn(drawing, brush, shape, own)
        more = whole(strokes, "strokes to add", 1, limits.strokes)
        whole(len(painted) + more, "strokes", 1, limits.strokes)
        goal = preset("photo", opened(photo, limits))
        options: dict[str, Any] = {
            "brush": name, "strokes": len(painted) + more, "height": HEIGHT,
            "seed": whole(seed, "a seed", 0, MOST_SEED), "hold": mine == STAY,
        }  # fmt: skip
        run = Run(goal, **options, init=painted, canvas=canvas)
        run.source = Path(photo)
        title = name_of(photo) + "-by-hand"

        def finish(painting: Any) -> Work:
            init, on = 'init=wp.load("drawing.wmp.json").strokes', f"canvas=wp.Canvas({literal(canvas.aspect)})"
            asked = {**options, "brush": Path(name).name}
            python = "\n".join(
                [
                    "import wmpaint as wp", "", "# drawing.wmp.json: press Replay and download your drawing first",
                    f"goal = {literal(Path(photo).name)}",
                    "painting = " + call("wp.paint", ["goal", init, on], asked),
                    f'painting.save("{title}.wmp.json")',
                ]
            )  # fmt: skip
            recipe = Recipe("", python, on)
            return Work(painting, goal, recipe.noted(REDUCED) if is_reduced(photo) else recipe, title, name)

        return run, finish

    easel.paints(button, begin, [sheet, brush, shape, photo, strokes, mine, seed])
    return easel


RECIPE = Recipe(
    "wmpaint replay drawing.wmp.json --height 2048 -o drawing.png",
    'import wmpaint as wp\n\ndrawing = wp.load("drawing.wmp.json")  # from Download\n'
    'drawing.save("drawing.png", program="auto", height=2048)',
)


def _aspect(shape: Any) -> float:
    if shape not in SHAPES:
        raise InputError(f"expected a canvas out of {', '.join(SHAPES)}, got {str(shape)[:40]!r}")
    return SHAPES[shape]


def _hex(value: Any) -> str:
    """A color as the picker gives it, "#rrggbb" or "rgba(r, g, b, a)"."""
    text = str(value)
    if text.startswith("rgb"):
        numbers = [float(part) for part in text[text.index("(") + 1 : text.index(")")].split(",")[:3]]
        return "#" + "".join(f"{round(min(max(part, 0), 255)):02x}" for part in numbers)
    return text if len(text) == 7 and text[0] == "#" else "#22374e"


def _painter(studio: Studio, brush: Any, own: Any) -> RibbonPainter:
    return painters.load(studio.brush(brush, own or {}))


def _painting(strokes: Strokes, canvas: Canvas, painter: RibbonPainter, brush: str) -> Painting:
    own = brush if brush.endswith(".safetensors") else None
    name, _, version = str(painter.info.get("program", "mypaint ")).partition(" ")
    return Painting(
        strokes=strokes, canvas=canvas, brushes=(BrushRef.of(painter, own),), program=name, program_version=version,
        program_height=HEIGHT, seed=0, parameters={"brush": painter.brush, "strokes": len(strokes), "by": "hand"},
        provenance={"wmpaint": __version__, "torch": torch.__version__}, painters=(painter,),
    )  # fmt: skip
