"""`wmpaint export`: a painting as other kinds of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from . import common, paintings

if TYPE_CHECKING:
    from ..export.plotter import Job
    from ..painting.result import Painting

__all__ = ["EXAMPLE", "export"]

EXAMPLE = (
    "Example: [bold]wmpaint export out/painting.wmp.json -o cat.svg --style brush --animate[/], "
    "[bold]-o cat.ora -o cat.tif --bits 16 --height 2048[/], "
    "[bold]--pens fineliners --paper a4 --margin 15mm -o cat.svg -o cat.gcode[/]"
)
PICTURES, LINES, FILMS, PLOTS = "Pictures and layers", "SVG, HTML, PDF", "Films", "Pen plotters"


def _option(panel: str | None, text: str, *names: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=panel)


Output = Annotated[
    list[str],
    _option(
        None,
        "The suffix tells the kind: .png, .tif, .webp, .jpg (pictures), .ora (layers), .svg, .html (a player), .pdf, "
        ".mp4, .gif (films), .hpgl, .gcode (plotters), .json (the report, or with --pens the plot's), .wmp.json. "
        "May be repeated.",
        "--output", "-o", metavar="FILE",
    ),
]  # fmt: skip
Height = Annotated[int | None, _option(None, "Pixels of pictures and films. Default: as painted; films at most 1080.")]
Program = Annotated[
    str | None,
    _option(None, "Paint it in this program. Default: the dream; auto for the report.", metavar="auto|mypaint|dabs"),
]
Seed = Annotated[int | None, _option(None, "Of all that is random. Default: the painting's.")]
Title = Annotated[str | None, _option(None, "Of the document. Default: the photo's name.")]
Target = Annotated[Path | None, _option(None, "What the report compares with. Default: nothing.", metavar="PHOTO")]

Grain = Annotated[bool | None, _option(PICTURES, "Draw the dream with the brush's grain.", "--grain")]
Ground = Annotated[
    str | None,
    _option(
        PICTURES,
        "What lies beneath. Default: canvas.",
        "--ground",
        "--background",
        metavar="canvas|transparent|#rrggbb",
    ),
]
Bits = Annotated[int | None, _option(PICTURES, "A channel, of .png and .tif. Default: 8.", metavar="8|16")]
Dpi = Annotated[float | None, _option(PICTURES, "Pixels an inch, for printers; of a plot's preview, its size.")]
Compression = Annotated[str | None, _option(PICTURES, "Of .tif. Default: deflate.", metavar="deflate|none")]
Quality = Annotated[float | None, _option(PICTURES, "Of .jpg and .webp, 0 to 100. Default: 90.")]
Lossless = Annotated[bool | None, _option(PICTURES, "A .webp that loses nothing.", "--lossless")]
Layers = Annotated[
    str | None, _option(PICTURES, "Of .ora: the rounds it was painted in, or so many strokes each.", metavar="rounds|N")
]

Style = Annotated[
    str | None,
    _option(LINES, "lines: a path a stroke. outline: each stroke's true width. brush: as the brush paints.",
            metavar="lines|outline|brush"),
]  # fmt: skip
Animate = Annotated[bool | None, _option(LINES, "An .svg that paints itself, or a .webp film.", "--animate")]
Levels = Annotated[int | None, _option(LINES, "Steps of opacity of the style brush, at most. Default: 16.")]
Embed = Annotated[
    bool | None, _option(LINES, "Keep the painting inside, so that the file can be loaded again.", "--embed/--no-embed")
]

Seconds = Annotated[float | None, _option(FILMS, "How long a film, or an animated .svg, lasts.")]
Hold = Annotated[float | None, _option(FILMS, "Seconds that the finished painting is shown. Default: 1.")]
Fps = Annotated[float | None, _option(FILMS, "Frames a second. Default: 25.")]
Pace = Annotated[str | None, _option(FILMS, "How strokes come. Default: eased.", metavar="eased|even|stroke")]
Cursor = Annotated[bool | None, _option(FILMS, "Show a ring where the brush is.", "--cursor")]

Pens = Annotated[
    str | None,
    _option(PLOTS, "black, fineliners, cmyk, brush_pens, colors (#1d4ed8,#d62b2b), a .toml file, own (as painted), or "
            "a number of pens in the painting's own colors.", metavar="PENS"),
]  # fmt: skip
Paper = Annotated[str | None, _option(PLOTS, "a4, a3, letter, 200x150mm… Default: a4.", metavar="PAGE")]
Landscape = Annotated[
    bool | None, _option(PLOTS, "How the page lies. Default: as the painting.", "--landscape/--portrait")
]
Margin = Annotated[str | None, _option(PLOTS, "Bare on all sides: 15mm, 0.5in. Default: 15mm.", metavar="LENGTH")]
Fill = Annotated[
    str | None,
    _option(PLOTS, "How strokes get their width. Default: offsets; hatch where inks are mixed.",
            metavar="offsets|insets|hatch|outline|center"),
]  # fmt: skip
Hide = Annotated[float | None, _option(PLOTS, "Inner share of strokes that hides what is beneath, 0 to 1. Default: 1.")]
Overlap = Annotated[float | None, _option(PLOTS, "Share of its width by which lines overlap, 0 to 0.9. Default: 0.1.")]
Merge = Annotated[str | None, _option(PLOTS, "Join ends nearer than this. Default: the pen's width.", metavar="LENGTH")]
Simplify = Annotated[str | None, _option(PLOTS, "How far lines may be off. Default: 0.01mm.", metavar="LENGTH")]
DrawSpeed = Annotated[float | None, _option(PLOTS, "mm/s with the pen down, for the minutes. Default: 50.")]
TravelSpeed = Annotated[float | None, _option(PLOTS, "mm/s with the pen up. Default: 150.")]
Mix = Annotated[bool | None, _option(PLOTS, "Mix colors from several pens. Default: as they say.", "--mix/--no-mix")]
Flip = Annotated[
    bool | None, _option(PLOTS, "Whether lines may be drawn backwards. Default: they may.", "--flip/--no-flip")
]
Passes = Annotated[int | None, _option(PLOTS, "How often each line is drawn. Default: 1.")]
TwoOpt = Annotated[bool | None, _option(PLOTS, "Sort longer, to travel less.", "--two-opt")]
Reloop = Annotated[bool | None, _option(PLOTS, "Begin closed lines anywhere, so that no seam shows.", "--reloop")]
Machine = Annotated[
    str | None, _option(PLOTS, "What lifts the pen, for .gcode. Default: servo.", metavar="servo|zaxis|laser")
]
Device = Annotated[str | None, _option(PLOTS, "For .hpgl, as vpype knows it. Default: hp7475a.")]
Split = Annotated[bool | None, _option(PLOTS, "One file a pen.", "--split")]
PenUp = Annotated[bool | None, _option(PLOTS, "Show the pen's way through the air in the .png.", "--pen-up")]

_PLAN = {"pens": "pens", "paper": "page", "landscape": "landscape", "margin": "margin", "fill": "fill",
         "hide": "hide", "overlap": "overlap", "mix": "mix"}  # fmt: skip
_ORDER = ("merge", "simplify", "flip", "passes", "two_opt", "reloop")
_SPEEDS = {"draw_speed": "down", "travel_speed": "up"}


@common.guarded
def export(
    painting: paintings.PaintingFile,
    output: Output,
    height: Height = None,
    program: Program = None,
    seed: Seed = None,
    title: Title = None,
    target: Target = None,
    grain: Grain = None,
    ground: Ground = None,
    bits: Bits = None,
    dpi: Dpi = None,
    compression: Compression = None,
    quality: Quality = None,
    lossless: Lossless = None,
    layers: Layers = None,
    style: Style = None,
    animate: Animate = None,
    levels: Levels = None,
    embed: Embed = None,
    seconds: Seconds = None,
    hold: Hold = None,
    fps: Fps = None,
    pace: Pace = None,
    cursor: Cursor = None,
    pens: Pens = None,
    paper: Paper = None,
    landscape: Landscape = None,
    margin: Margin = None,
    fill: Fill = None,
    hide: Hide = None,
    overlap: Overlap = None,
    mix: Mix = None,
    merge: Merge = None,
    simplify: Simplify = None,
    flip: Flip = None,
    passes: Passes = None,
    two_opt: TwoOpt = None,
    reloop: Reloop = None,
    machine: Machine = None,
    device: Device = None,
    split: Split = None,
    pen_up: PenUp = None,
    draw_speed: DrawSpeed = None,
    travel_speed: TravelSpeed = None,
    as_json: paintings.AsJson = False,
) -> None:
    """Write a painting as other kinds of files: pictures, layers, SVG, films, and plots for pen plotters.

    With --pens, .svg, .png and .json are those of a plot; .hpgl and .gcode always are.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    for name in ("painting", "output", "as_json"):
        given.pop(name, None)
    if layers is not None and layers.isdecimal():
        given["layers"] = int(layers)
    paths = [Path(name) for name in output]
    kinds = _sorted(paths, given)
    common.check_inputs_kept(paths, [target])
    work = paintings.load_replayable(painting, paths, height)
    if target is not None:
        from ..image import GOAL, load_image

        load_image(target, most=GOAL)
    job = _planned(work, given) if any(plotted for plotted, _ in kinds) else None
    if job is not None:
        from ..export.plotter.files import job_paths

        for path, (plotted, _) in zip(paths, kinds, strict=True):
            parts = job_paths(path, job, split=bool(split)) if plotted else []
            common.check_inputs_kept(parts, [painting, target])
    written: list[Path] = []
    tried = common.EachTried()
    with common.alone(paths):
        for path, (plotted, known) in zip(paths, kinds, strict=True):
            options = {name: given[name] for name in known}
            with tried():
                if plotted and job is not None:
                    written += job.save(path, **options)
                else:
                    work.save(path, **options)
                    written.append(path)
    tried.end()
    if job is not None and not as_json:
        print(job)
    paintings.say(written, as_json, strokes=len(work.strokes), **({} if job is None else {"plot": job.as_dict()}))


def _sorted(paths: list[Path], given: Mapping[str, Any]) -> list[tuple[bool, list[str]]]:
    """For each file whether it is of a plot, and which of the given options it takes.

    Raises:
        InputError: a kind of file that is not written, or an option that none of them takes.
    """
    from ..export.writers import is_plot, options_of

    kinds: list[tuple[bool, list[str]]] = []
    used: set[str] = set()
    for path in paths:
        known = options_of(path, given)
        plotted = is_plot(path, given)
        planned = (
            (*_PLAN, *_ORDER, *_SPEEDS, "seed") if plotted else ()
        )  # which is done once, for all files of the plot
        mine = [name for name in given if name in known and name not in planned]
        kinds.append((plotted, mine))
        used |= {*mine, *planned}
    spare = [name for name in given if name not in used]
    if spare:
        option = f"--{spare[0].replace('_', '-')}"
        raise InputError(f"expected options that {', '.join(map(str, paths))} can have, got {option}")
    return kinds


def _planned(work: Painting, given: Mapping[str, Any]) -> Job:
    from ..export.plotter import Order, Speeds, plan

    options = {_PLAN[name]: value for name, value in given.items() if name in _PLAN}
    order = Order(**{name: given[name] for name in _ORDER if name in given})
    speeds = Speeds(**{_SPEEDS[name]: value for name, value in given.items() if name in _SPEEDS})
    return plan(work, **options, order=order, speeds=speeds, seed=given.get("seed", work.seed))
