"""Plot: a painting for a pen plotter."""

from __future__ import annotations

import html
import importlib.util
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...errors import InputError, no_package
from ...export.plotter import load_pens
from ...painting import Painting
from ...units import page_size
from ..album import Album
from ..folders import file_stem
from ..pictures import pil
from ..recipe import call, command
from ..studio import Studio
from ..uploaded import opened_painting
from ..waiting import QUIET, Wait
from ..work import Work

__all__ = ["make"]

PENS = {
    "Fineliners": "fineliners", "Black": "black", "CMYK, mixed": "cmyk", "Brush pens": "brush_pens",
    "Three of its own colors": 3, "Five of its own colors": 5, "As it was painted": "own", "Colors…": None,
}  # fmt: skip
FILLS = {"As suits the pens": None, "Offsets": "offsets", "Insets": "insets", "Hatch": "hatch", "Hairs": "hairs",
         "Outline": "outline", "Center line": "center"}  # fmt: skip
PAGES = ("a3", "a4", "a5", "a6", "letter", "tabloid")
KINDS = {"SVG (.svg)": ".svg", "HPGL (.hpgl)": ".hpgl", "G-code, servo (.gcode)": ".gcode"}
DPI = 110
LARGEST = 1200.0  # mm


def make(studio: Studio, album: Album) -> None:
    """The tab's components."""
    limits = studio.limits
    job = gr.State(None)
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            file = gr.File(
                label="A painting (.wmp.json, or an .svg that holds one); none: the latest you painted",
                elem_id="plot-file", height=120, file_count="single",
            )  # fmt: skip
            pens = gr.Dropdown(list(PENS), value="Fineliners", label="Pens", elem_id="plot-pens")
            colors = gr.Textbox(
                "#1d4ed8, #d62b2b, #111111", label="Their colors", visible=False, elem_id="plot-colors", max_length=400
            )
            with gr.Row():
                page = gr.Dropdown(
                    list(PAGES), value="a4", label="Page", allow_custom_value=True, info="or 200x150mm",
                    elem_id="plot-page", min_width=120,
                )  # fmt: skip
                margin = gr.Textbox("15mm", label="Margin", info="15mm, 0.5in", min_width=120, max_length=20,
                                    elem_id="plot-margin")  # fmt: skip
            fill = gr.Dropdown(list(FILLS), value=next(iter(FILLS)), label="Strokes get their width by",
                               elem_id="plot-fill")  # fmt: skip
            up = gr.Checkbox(True, label="Show the pen's way through the air", elem_id="plot-up")
            button = gr.Button("Plan the plot", variant="primary", elem_id="plot-go", size="lg", elem_classes="go")
            planning = Wait(studio, "plot-planning", "planning the pens' ways…")
        with gr.Column(scale=6, min_width=320):
            preview = gr.Image(
                label="What it will look like", elem_id="plot-preview", interactive=False, format="webp",
                buttons=["fullscreen", "download"], height=520,
            )  # fmt: skip
            words = gr.HTML(
                "<p class=hint>Plans the lines that pens of one width draw for these strokes, in which order.</p>",
                elem_id="plot-words",
            )
            with gr.Row(visible=False, equal_height=True) as take:
                kind = gr.Radio(list(KINDS), value=next(iter(KINDS)), label="Download as", elem_id="plot-kind", scale=3)
                fetch = gr.Button("Make the file", elem_id="plot-make", scale=1, min_width=120)
            making = Wait(studio, "plot-making", "making your file…")
            made = gr.File(label="Your file", elem_id="plot-files", interactive=False, visible=False)
            with gr.Accordion("Do it again, without this page", open=False, visible=False) as how:
                shell = gr.Code(language="shell", label="Command", interactive=False, lines=1)
                python = gr.Code(language="python", label="Python", interactive=False, lines=3)
    pens.change(lambda name: gr.Textbox(visible=name == "Colors…"), pens, colors, **QUIET)

    def wish(file: Any, work: Any, own: Any, pens: Any, colors: Any, page: Any, margin: Any, fill: Any, up: Any) -> Any:
        for package in ("vpype", "shapely"):
            if importlib.util.find_spec(package) is None:
                raise no_package(f"{package} for plots", "wmpaint[plotter]")
        painting, name = _painting(file, work, own)
        pens, fill = checks.one_of("pens", pens, PENS), checks.one_of("a fill", fill, FILLS)
        inks: Any = PENS[pens] if PENS[pens] is not None else _colors(colors)
        options = {"page": str(page)[:40], "margin": str(margin)[:20], "fill": FILLS[fill]}
        sides = page_size(str(options["page"]))
        if max(sides) > LARGEST:
            raise InputError(f"expected a page of up to {LARGEST:g} mm, got {max(sides):g} mm")
        if PENS[pens] is None:
            load_pens(inks)
        known = {"pens": inks, "paper": options["page"], "margin": options["margin"], "fill": FILLS[fill]}
        lines = command(["export", f"{name}.wmp.json", "-o", f"{name}.svg"], known)
        script = "\n".join(
            [
                "import wmpaint as wp", "", f'painting = wp.load("{name}.wmp.json")',
                "job = " + call("painting.plot", [repr(inks) if isinstance(inks, int) else f'"{inks}"'], options),
                "print(job)", f'job.save("{name}.svg")',
            ]
        )  # fmt: skip

        def plan() -> dict[Any, Any]:
            planned = painting.plot(inks, **options)
            return {
                preview: pil(planned.preview(DPI, pen_up=bool(up))), words: _table(planned), take: gr.Row(visible=True),
                job: (planned, name), made: gr.File(value=None, visible=False), how: gr.Accordion(visible=True),
                shell: lines, python: script,
            }  # fmt: skip

        return plan

    def write(planned: Any, kind: Any) -> Any:
        if planned is None or kind not in KINDS:
            raise InputError("expected a plan first: press Plan the plot")
        found, name = planned

        def make() -> dict[Any, Any]:
            path = studio.made.path(name + KINDS[kind])
            found.save(path)
            return {made: gr.File(value=str(path), visible=True)}

        return make

    planning.makes(
        button.click, wish, [file, album.current, album.own, pens, colors, page, margin, fill, up],
        [preview, words, take, job, made, how, shell, python], "a plot",
    )  # fmt: skip
    making.makes(fetch.click, write, [job, kind], [made], "a file")

    def _painting(file: Any, work: Any, own: Any) -> tuple[Painting, str]:
        if file:
            return opened_painting(file, limits, own or {}), file_stem(Path(file).name.removesuffix(".wmp.json"))
        if not isinstance(work, Work):
            raise InputError("expected a painting: paint one in another tab, or drop a .wmp.json file here")
        return work.painting, work.name


def _colors(text: Any) -> str:
    parts = [part.strip() for part in str(text).replace(";", ",").split(",") if part.strip()]
    if not parts or not all(part.startswith("#") for part in parts):
        raise InputError(f"expected colors such as #1d4ed8, #d62b2b, got {str(text)[:60]!r}")
    return ",".join(parts)


def _table(job: Any) -> str:
    total = job.total
    minutes = total.minutes
    time = f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
    head = f"{total.drawn:.1f} m of lines, {total.travel:.1f} m through the air, {total.lifts:,} lifts, {time}"
    header, *rows = job.rows()
    top = "".join(f"<th scope=col>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<p class=sum>{html.escape(head)}</p><div class=wide><table class="numbers pens"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
