"""`wmpaint brushes`, `train-painter` and `evaluate-painter`: what there is to paint with, and how to add to it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import checks, files
from ..errors import InputError
from . import common

if TYPE_CHECKING:
    from ..medium import HasAlpha

__all__ = ["BRUSHES_EXAMPLE", "EVALUATE_EXAMPLE", "TRAIN_EXAMPLE", "brushes", "evaluate_painter", "train_painter"]

BRUSHES_EXAMPLE = "Example: [bold]wmpaint brushes --sheet brushes.png[/]"
TRAIN_EXAMPLE = "Example: [bold]wmpaint train-painter my_brush.myb -o my_brush.safetensors --minutes 3[/]"
EVALUATE_EXAMPLE = "Example: [bold]wmpaint evaluate-painter my_brush.safetensors --strokes 200[/]"

SHORTEST = 0.5  # minutes of training
POOR = 0.05  # share of error above which there is a note

ProgramName = Annotated[
    str, typer.Option(metavar="auto|mypaint|dabs", help="The program to learn from; auto is MyPaint if installed.")
]


@common.guarded
def brushes(
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Paint all of them on one contact sheet, a .png.")
    ] = None,
    as_json: common.AsJson = False,
) -> None:
    """List the bundled brushes: kind, whether each has a painter, its noise, and why one is beyond painters.

    The name oil alone is oil/flat.
    """
    if sheet is not None:
        checks.suffix("a sheet", sheet, [".png"])
        files.check_writable(sheet)

    from ..image import save_png
    from ..media import families, programs

    rows = families.bundled_brushes()
    paths = [] if sheet is None else [str(sheet)]
    if sheet is not None:
        save_png(sheet, programs.contact_sheet(None, [families.filed(name) for name in programs.bundled()]))
    header = ("name", "kind", "painter", "noise", "plain or why not", "author")
    table = [(r["name"], r["kind"], r["painter"], r["noise"], r["why_not"] or "plain", r["author"]) for r in rows]
    common.answer(as_json, {"brushes": rows, "outputs": paths}, [tuple(map(_cell, row)) for row in table], header)
    for path in [] if as_json else paths:
        common.print_line(path)


@common.guarded
def train_painter(
    brush: Annotated[str, typer.Argument(metavar="BRUSH", help="A .myb file, a .toml of oil, or the name of a brush.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The weights, a .safetensors. Default: BRUSH.safetensors."),
    ] = None,
    minutes: Annotated[
        float, typer.Option(help=f"Time to spend, all included, {SHORTEST:g} or more; on 2 cores, 3 are plenty.")
    ] = 3.0,
    seed: Annotated[int, typer.Option(help="Of the data and the weights; 0 or more.")] = 0,
    program: ProgramName = "auto",
    as_json: common.AsJson = False,
) -> None:
    """Teach a new painter what a brush does, and print its error on strokes that it has not seen.

    A contact sheet (program, mean of seeds, painter, difference) is written beside the weights, as a .png.
    """
    path = output or Path(f"{Path(brush).stem}.safetensors")
    checks.suffix("weights", path, [".safetensors"])
    sheet = path.with_suffix(".png")
    if not SHORTEST <= minutes <= 600:
        raise InputError(
            f"expected --minutes of {SHORTEST:g} to 600, got {minutes:g}: in less a painter learns nothing"
        )
    checks.seed(seed, "--seed", bits=62)
    common.check_inputs_kept([path, sheet], [Path(brush)])
    files.check_writable(path)
    files.check_writable(sheet)

    from ..image import save_png
    from ..media import ribbon as painters

    teacher = _teacher(program, brush)
    # The interpreter's start counts, and so does the contact sheet at the end.
    left = max(minutes / 2, 0.95 * minutes - common.elapsed() / 60)
    with common.alone([path, sheet]):
        with common.progress_bar(1.0, f"training {teacher.info.brush}") as show, warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".* is not usable")  # which the report tells, in this command's words
            painter = painters.RibbonPainter()
            report = painters.fit(painter, teacher, seed=seed, minutes=left, progress=show)
        painter.save(path)
        with common.AlongTheWay()("the contact sheet"):
            save_png(sheet, painters.sheet(painter, teacher))
    _say_report(report, as_json, [path, sheet])


@common.guarded
def evaluate_painter(
    painter: Annotated[str, typer.Argument(metavar="PAINTER", help="A .safetensors file, or a brush with a painter.")],
    strokes: Annotated[int, typer.Option(help="How many fresh strokes, 1 or more.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the strokes; 0 or more.")] = 1,
    program: ProgramName = "auto",
    as_json: common.AsJson = False,
) -> None:
    """Compare a painter with its program on fresh strokes.

    error_share is the error against the program's mean stroke, as a share of the mean stroke's energy (the noise of
    averaging taken out); std_error is how far the predicted standard deviation is off, as a share.
    """
    checks.whole("--strokes", strokes, 1)
    checks.seed(seed, "--seed", bits=62)

    from ..media import families, programs
    from ..media import ribbon as painters

    loaded: Any = families.load(painter)
    definition = loaded.info.definition
    teacher: Any = families.replayed(loaded.info.full_name, 0, definition)
    if teacher is None:
        data = programs.Brush.load(loaded.brush).data if definition is None else definition.encode()
        teacher = _teacher(program, programs.Brush(loaded.brush, data))
    if loaded.info.brush_hash != teacher.info.brush_hash:
        raise InputError(
            f"expected the brush {teacher.info.brush!r} that {painter} learned from "
            f"(hash {loaded.info.brush_hash[:12]}), got another of that name ({teacher.info.brush_hash[:12]})"
        )
    report = painters.evaluate(loaded, teacher, strokes=strokes, seed=seed)
    _say_report(report, as_json, [])


def _teacher(program: str, brush: Any) -> HasAlpha:
    from ..media import families, programs
    from ..media.oil import OilProgram

    if str(brush).endswith(".toml"):
        return OilProgram(str(brush))
    if isinstance(brush, str):
        family, name = families.split(families.typed(brush))
        if family == "oil":
            return OilProgram(name)
    return programs.program(brush) if program == "auto" else programs.load_program(program, brush)


def _say_report(report: Any, as_json: bool, paths: list[Path]) -> None:
    values = {name: getattr(report, name) for name in ("brush", "error_share", "std_error", "strokes")}
    if values["error_share"] > POOR:
        common.note(
            f"note: an error of {values['error_share']:.0%} is more than {POOR:.0%}: this painter paints other strokes "
            "than its program; longer training (--minutes) may help"
        )
    seconds, outputs = round(common.elapsed(), 3), [str(path) for path in paths]
    rows = [
        ("brush", str(values["brush"])),
        ("error share", f"{values['error_share']:.2%}"),
        ("std error", "none, it has no noise" if values["std_error"] is None else f"{values['std_error']:.1%}"),
        ("strokes", f"{values['strokes']:,}"),
        ("seconds", f"{seconds:.1f}"),
        *(("file", path) for path in outputs),
    ]
    common.answer(as_json, {**values, "seconds": seconds, "outputs": outputs}, rows)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2g}"
    return "" if value is None else str(value)
