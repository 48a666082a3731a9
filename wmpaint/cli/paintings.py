"""`wmpaint replay` and `export`: a painting that is there already, in the real program, and as other kinds of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import checks, files
from ..errors import InputError
from . import common
from .common import option

if TYPE_CHECKING:
    from ..export.plotter import Job
    from ..painting.result import Painting

__all__ = ["EXPORT_EXAMPLE", "RELIGHT_EXAMPLE", "REPLAY_EXAMPLE", "export", "relight", "replay"]

REPLAY_EXAMPLE = "Example: [bold]wmpaint replay out/painting.wmp.json --program mypaint --height 4096 -o poster.png[/]"
RELIGHT_EXAMPLE = 'Example: [bold]wmpaint relight out/painting.wmp.json "left raking" -o evening.png[/]'
EXPORT_EXAMPLE = (
    "Example: [bold]wmpaint export out/painting.wmp.json -o cat.svg --style brush --animate[/], "
    "[bold]-o cat.ora -o cat.tif --bits 16 --height 2048[/], "
    "[bold]--pens fineliners --paper a4 --margin 15mm -o cat.svg -o cat.gcode[/]"
)
LIGHT_HELP = (
    "On paint with a relief: left, right, top, bottom; low, high, raking; matte, glossy, varnished; soft, strong, "
    "flat; gloss=0.3… Default: as painted."
)
PICTURES, LINES, FILMS, PLOTS = "Pictures and layers", "SVG, HTML, PDF", "Films", "Pen plotters"
RELIEFS, MIXING = "Reliefs", "Mixing tables"


PaintingFile = Annotated[
    Path, typer.Argument(metavar="PAINTING", help="A .wmp.json file, or an .svg or .html that wmpaint wrote.")
]
Height = Annotated[
    int | None, typer.Option(help="Pixels, up to 16384. Default: as it was painted; 1080 at most for films.")
]


@common.guarded
def replay(
    painting: PaintingFile,
    program: Annotated[
        str, typer.Option(metavar="mypaint|dabs|auto", help="The paint program; auto is MyPaint if installed.")
    ] = "mypaint",
    height: Height = None,
    seed: Annotated[int | None, typer.Option(help="Of the program's randomness. Default: the painting's.")] = None,
    light: Annotated[str | None, typer.Option(metavar="WORDS", help=LIGHT_HELP)] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A picture (.png, .tif, .webp, .jpg), layers (.ora), or a film (.mp4, .gif). May be repeated. "
            "Default: real.png.",
        ),
    ] = None,
    as_json: common.AsJson = False,
) -> None:
    """Paint a painting's strokes again in the real program, at any size."""
    from ..export.writers import KINDS, check_suffix

    paths = [Path(name) for name in output or ["real.png"]]
    for path in paths:
        suffix = check_suffix(path)
        if suffix != ".ora" and KINDS[suffix] not in ("picture", "film"):
            raise InputError(f"expected a replay named as a picture, .ora or a film, got {str(path)!r}")
    if seed is not None:
        checks.seed(seed, "--seed")
    from ..light import Light

    lamp = Light.of(light)
    work = _load_replayable(painting, paths, height)
    name = work.program_name(program)
    tried = common.EachTried()
    with common.alone(paths):
        for path in paths:
            with tried():
                work.save(path, program=program, height=height, seed=seed, light=lamp)
    tried.end()
    _say(
        paths,
        as_json,
        strokes=len(work.strokes),
        program=name,
        height=work.program_height if height is None else height,
    )


@common.guarded
def relight(
    painting: PaintingFile,
    light: Annotated[str, typer.Argument(metavar="WORDS", help=LIGHT_HELP)],
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", metavar="FILE",
            help="The painting with that light (.wmp.json), or a picture or film in it. May be repeated. Default: "
            "relit.png.",
        ),
    ] = None,
    program: Annotated[
        str | None, typer.Option(metavar="auto|mypaint|dabs", help="The paint program. Default: the dream.")
    ] = None,
    height: Height = None,
    as_json: common.AsJson = False,
) -> None:  # fmt: skip
    """Show a painting in another light; strokes and colors stay as they are."""
    from ..export.writers import KINDS, check_suffix
    from ..light import Light

    paths = [Path(name) for name in output or ["relit.png"]]
    for path in paths:
        suffix = check_suffix(path)
        if suffix not in (".ora", ".wmp.json") and KINDS[suffix] not in ("picture", "film"):
            raise InputError(f"expected a relit painting named .wmp.json, .ora, a picture or a film, got {str(path)!r}")
    lamp = Light.parse(light)
    work = _load_replayable(painting, paths, height).relit(lamp)
    if not work.has_relief:
        common.note("note: this paint is flat: no light changes how it looks")
    tried = common.EachTried()
    with common.alone(paths):
        for path in paths:
            with tried():
                if check_suffix(path) == ".wmp.json":
                    work.save(path)
                else:
                    work.save(path, program=program, height=height)
    tried.end()
    _say(paths, as_json, strokes=len(work.strokes), light=lamp.as_dict())


@dataclass(frozen=True)
class ExportOptions:
    """What `wmpaint export` takes for all kinds of files; None is each kind's default."""

    height: int | None = option(None, "Pixels of pictures and films. Default: as painted; films at most 1080.")
    program: str | None = option(
        None, "Paint it in this program. Default: the dream; auto for the report.", metavar="auto|mypaint|dabs"
    )
    seed: int | None = option(None, "Of all that is random. Default: the painting's.")
    title: str | None = option(None, "Of the document. Default: the photo's name.")
    target: Path | None = option(None, "What the report compares with. Default: nothing.", metavar="PHOTO")
    grain: bool | None = option(PICTURES, "Draw the dream with the brush's grain.", "--grain")
    ground: str | None = option(
        PICTURES,
        "What lies beneath. Default: canvas.",
        "--ground",
        "--background",
        metavar="canvas|transparent|#rrggbb",
    )
    light: str | None = option(PICTURES, LIGHT_HELP, metavar="WORDS")
    bits: int | None = option(PICTURES, "A channel, of .png and .tif. Default: 8.", metavar="8|16")
    dpi: float | None = option(PICTURES, "Pixels an inch, for printers; of a plot's preview, its size.")
    compression: str | None = option(PICTURES, "Of .tif. Default: deflate.", metavar="deflate|none")
    quality: float | None = option(PICTURES, "Of .jpg and .webp, 0 to 100. Default: 90.")
    lossless: bool | None = option(PICTURES, "A .webp that loses nothing.", "--lossless")
    layers: str | None = option(
        PICTURES, "Of .ora: the rounds it was painted in, or so many strokes each.", metavar="rounds|N"
    )
    style: str | None = option(
        LINES,
        "lines: a path a stroke. outline: each stroke's true width. brush: as the brush paints.",
        metavar="lines|outline|brush",
    )
    animate: bool | None = option(LINES, "An .svg that paints itself, or a .webp film.", "--animate")
    levels: int | None = option(LINES, "Steps of opacity of the style brush, at most. Default: 16.")
    hairs: bool | None = option(
        LINES, "Hairs of oil brushes as paths of their own in the style brush. Default: they are.", "--hairs/--no-hairs"
    )
    embed: bool | None = option(
        LINES, "Keep the painting inside, so that the file can be loaded again.", "--embed/--no-embed"
    )
    seconds: float | None = option(FILMS, "How long a film, or an animated .svg, lasts.")
    hold: float | None = option(FILMS, "Seconds that the finished painting is shown. Default: 1.")
    fps: float | None = option(FILMS, "Frames a second. Default: 25.")
    pace: str | None = option(FILMS, "How strokes come. Default: eased.", metavar="eased|even|stroke")
    cursor: bool | None = option(FILMS, "Show a ring where the brush is.", "--cursor")
    strength: float | None = option(RELIEFS, "Exaggerates the relief of .normal.png, .stl and .glb. Default: 1.")
    width: str | None = option(RELIEFS, "Of an .stl. Default: 150mm.", metavar="LENGTH")
    base: str | None = option(RELIEFS, "Thickness of an .stl's plate. Default: 2mm.", metavar="LENGTH")
    palette: str | None = option(
        MIXING,
        "Tubes to mix from: ultramarine, titanium white…; or classic, zorn, impressionist, primaries, earth. Default: "
        "those it was painted with, or classic.",
        metavar="TUBES",
    )
    colors: int | None = option(MIXING, "How many colors are mixed, at most. Default: 24.")
    pens: str | None = option(
        PLOTS,
        "black, fineliners, cmyk, brush_pens, colors (#1d4ed8,#d62b2b), a .toml file, own (as painted), or "
        "a number of pens in the painting's own colors.",
        metavar="PENS",
    )
    paper: str | None = option(PLOTS, "a4, a3, letter, 200x150mm… Default: a4.", metavar="PAGE")
    landscape: bool | None = option(PLOTS, "How the page lies. Default: as the painting.", "--landscape/--portrait")
    margin: str | None = option(PLOTS, "Bare on all sides: 15mm, 0.5in. Default: 15mm.", metavar="LENGTH")
    fill: str | None = option(
        PLOTS,
        "How strokes get their width. Default: offsets; hatch where inks are mixed, hairs of oil.",
        metavar="offsets|insets|hatch|hairs|outline|center",
    )
    hide: float | None = option(PLOTS, "Inner share of strokes that hides what is beneath, 0 to 1. Default: 1.")
    overlap: float | None = option(PLOTS, "Share of its width by which lines overlap, 0 to 0.9. Default: 0.1.")
    mix: bool | None = option(PLOTS, "Mix colors from several pens. Default: as they say.", "--mix/--no-mix")
    merge: str | None = option(PLOTS, "Join ends nearer than this. Default: the pen's width.", metavar="LENGTH")
    simplify: str | None = option(PLOTS, "How far lines may be off. Default: 0.01mm.", metavar="LENGTH")
    flip: bool | None = option(PLOTS, "Whether lines may be drawn backwards. Default: they may.", "--flip/--no-flip")
    passes: int | None = option(PLOTS, "How often each line is drawn. Default: 1.")
    two_opt: bool | None = option(PLOTS, "Sort longer, to travel less.", "--two-opt")
    reloop: bool | None = option(PLOTS, "Begin closed lines anywhere, so that no seam shows.", "--reloop")
    machine: str | None = option(PLOTS, "What lifts the pen, for .gcode. Default: servo.", metavar="servo|zaxis|laser")
    device: str | None = option(PLOTS, "For .hpgl, as vpype knows it. Default: hp7475a.")
    split: bool | None = option(PLOTS, "One file a pen.", "--split")
    pen_up: bool | None = option(PLOTS, "Show the pen's way through the air in the .png.", "--pen-up")
    draw_speed: float | None = option(PLOTS, "mm/s with the pen down, for the minutes. Default: 50.")
    travel_speed: float | None = option(PLOTS, "mm/s with the pen up. Default: 150.")
    as_json: common.AsJson = False


_PLAN = {"pens": "pens", "paper": "page", "landscape": "landscape", "margin": "margin", "fill": "fill",
         "hide": "hide", "overlap": "overlap", "mix": "mix"}  # fmt: skip
_ORDER = ("merge", "simplify", "flip", "passes", "two_opt", "reloop")
_SPEEDS = {"draw_speed": "down", "travel_speed": "up"}


@common.guarded
@common.with_options(ExportOptions)
def export(
    painting: PaintingFile,
    output: Annotated[
        list[str],
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The suffix tells the kind: .png, .tif, .webp, .jpg (pictures), .ora (layers), .svg, .html (a "
            "player), .pdf, .mp4, .gif (films), .height.png, .normal.png, .stl, .glb (reliefs), .hpgl, .gcode "
            "(plotters), .csv, .txt, .palette.html (mixing tables), .json (the report, or with --pens the plot's), "
            ".wmp.json. May be repeated.",
        ),
    ],
    *,
    options: ExportOptions,
) -> None:
    """Write a painting as other kinds of files: pictures, layers, SVG, films, and plots for pen plotters.

    With --pens, .svg, .png and .json are those of a plot; .hpgl and .gcode always are.
    """
    given = {name: value for name, value in vars(options).items() if value is not None and name != "as_json"}
    if options.layers is not None and options.layers.isdecimal():
        given["layers"] = int(options.layers)
    paths = [Path(name) for name in output]
    kinds = _sorted(paths, given)
    common.check_inputs_kept(paths, [options.target])
    work = _load_replayable(painting, paths, options.height)
    if options.target is not None:
        from ..image import GOAL, load_image

        load_image(options.target, most=GOAL)
    job = _planned(work, given) if any(plotted for plotted, _ in kinds) else None
    if job is not None:
        from ..export.plotter.files import job_paths

        for path, (plotted, _) in zip(paths, kinds, strict=True):
            parts = job_paths(path, job, split=bool(options.split)) if plotted else []
            common.check_inputs_kept(parts, [painting, options.target])
    written: list[Path] = []
    tried = common.EachTried()
    with common.alone(paths):
        for path, (plotted, known) in zip(paths, kinds, strict=True):
            mine = {name: given[name] for name in known}
            with tried():
                if plotted and job is not None:
                    written += job.save(path, **mine)
                else:
                    work.save(path, **mine)
                    written.append(path)
    tried.end()
    if job is not None and not options.as_json:
        print(job)
    _say(written, options.as_json, strokes=len(work.strokes), **({} if job is None else {"plot": job.as_dict()}))


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
        # A plot is planned once, for all its files.
        planned = (*_PLAN, *_ORDER, *_SPEEDS, "seed") if plotted else ()
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


def _load_replayable(painting: Path, paths: list[Path], height: int | None) -> Painting:
    """The painting, once all that could be wrong has been looked at."""
    from ..painting.result import Painting

    common.check_inputs_kept(paths, [painting])
    work = Painting.load(painting)
    work.canvas.pixels(work.program_height if height is None else height)
    for path in paths:
        files.check_writable(path)
    return work


def _say(paths: list[Path], as_json: bool, **values: object) -> None:
    if as_json:
        seconds = round(common.elapsed(), 3)
        common.print_json({**values, "seconds": seconds, "outputs": [str(path) for path in paths]})
    else:
        for path in paths:
            common.print_line(path)
