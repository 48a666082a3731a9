"""`wmpaint paint`: from a photo to files."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import files
from ..errors import InputError
from . import common, memory, outputs

if TYPE_CHECKING:
    from ..painting.result import Painting, Report

__all__ = ["EXAMPLE", "paint"]

EXAMPLE = "Example: [bold]wmpaint paint cat.jpg --brush charcoal --strokes 800 --budget 20s -o cat/ -o poster.svg[/]"
BRUSH, STROKES, HEIGHT, SEED = "acrylic", 500, 512, 0
CHECKPOINT_EVERY = 5.0  # seconds


@common.guarded
def paint(
    photo: Annotated[
        Path | None, typer.Argument(help="The picture to paint: PNG, JPEG, WebP, TIFF… Default: a bundled photo.")
    ] = None,
    brush: Annotated[
        str | None, typer.Option(help=f"A name out of `wmpaint brushes`, or a .safetensors painter. Default: {BRUSH}.")
    ] = None,
    strokes: Annotated[int | None, typer.Option(help=f"How many strokes, 1 or more. Default: {STROKES}.")] = None,
    height: Annotated[
        int | None, typer.Option(help=f"Height of the painting in pixels; the aspect is kept. Default: {HEIGHT}.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help=f"The same seed paints the same picture; 0 or more. Default: {SEED}.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Stop painting this long after the start: 20s, 2min. Default: no limit."),
    ] = None,
    program: Annotated[
        str,
        typer.Option(metavar="auto|mypaint|dabs", help="The paint program to replay in; auto is MyPaint if installed."),
    ] = "auto",
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the state here every 5 seconds, to go on from later.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Go on from a checkpoint of the same photo, with the options it was made with."
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="A folder for all files, or one file: .wmp.json, .png (the dream; …real.png is the replay), .svg, "
            f".mp4, .gif, .json (the report). May be repeated. Default: {outputs.FOLDER}/.",
        ),
    ] = None,
    film: Annotated[bool, typer.Option(help="Write the film of the painting being painted into folders.")] = True,
    real: Annotated[bool, typer.Option(help="Replay the strokes in the paint program, and report the gap.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of the table.")] = False,
) -> int | None:
    """Paint a photo with brush strokes.

    Writes painting.wmp.json, dream.png (what the learned painter sees), real.png (the same strokes in the real
    program), painting.svg, timelapse.mp4 and report.json, and prints how near the two came to the photo.

    Ctrl-C stops painting, keeps what is painted, writes every output, and ends with code 130; a second one drops it.
    """
    options = {"brush": brush, "strokes": strokes, "height": height, "seed": seed}
    given = {name: value for name, value in options.items() if value is not None}
    _check_numbers(strokes, height, seed)
    seconds = None if budget is None else common.duration(budget)
    planned = outputs.plan(output or [outputs.FOLDER], film=film, real=real)
    states = [path for path in (checkpoint,) if path is not None]
    common.check_inputs_kept([o.path for o in planned], [photo, resume, checkpoint])
    common.check_inputs_kept(states, [photo])
    outputs.check(planned)
    for path in states:
        files.check_writable(path)
    run = _start(photo, given, seconds, resume, program if real else None)

    stopped = _paint(run, checkpoint, seconds)
    result: Painting = run.painting()
    report = _write(result, planned, program if real else None)
    rows = [(label, value) for label, value in report.rows() if label not in ("steps", *report.terms)]
    if as_json:
        paths = [str(o.path) for o in planned]
        common.print_json({**report.as_dict(), "outputs": paths, "interrupted": stopped})
    else:
        common.print_table([*rows, *((o.kind, str(o.path)) for o in planned)])
    return common.STOPPED if stopped else None


def _check_numbers(strokes: int | None, height: int | None, seed: int | None) -> None:
    if strokes is not None and strokes < 1:
        raise InputError(f"expected --strokes of 1 or more, got {strokes}")
    if height is not None and not 1 <= height <= 16_384:
        raise InputError(f"expected --height of 1 to 16384 pixels, got {height}")
    if seed is not None and not 0 <= seed < 1 << 63:
        raise InputError(f"expected --seed of 0 to 2**63 - 1, got {seed}")


def _start(
    photo: Path | None, given: dict[str, Any], seconds: float | None, resume: Path | None, program: str | None
) -> Any:
    """The run to iterate over; all that can be wrong with the input comes out here."""
    from ..image import load_image, sample_photo

    source = photo or sample_photo()
    picture = load_image(source)
    aspect = picture.shape[2] / picture.shape[1]
    options = {"brush": BRUSH, "strokes": STROKES, "height": HEIGHT, "seed": SEED, **given}
    memory.check(options["strokes"], options["height"], aspect)
    if program is not None and resume is None:
        _check_program(program, options["brush"])

    from ..painting.loop import Run

    left = None if seconds is None else max(0.1, seconds - common.elapsed())
    if resume is None:
        return Run(source, **options, budget=left)
    run = Run.resume(resume, source)
    _check_same(run.painting(), given)
    return run


def _check_same(painting: Painting, given: dict[str, Any]) -> None:
    """Options beside --resume may repeat those of the checkpoint, not change them."""
    kept = {**painting.parameters, "seed": painting.seed}
    for name, value in given.items():
        if name in kept and kept[name] != value:
            raise InputError(f"expected --{name} {kept[name]} as in the checkpoint, got {value}")


def _check_program(program: str, brush: str) -> None:
    from .. import programs

    if program == "auto":
        programs.program(brush)
    else:
        programs.load_program(program, brush)


def _paint(run: Any, checkpoint: Path | None, budget: float | None) -> bool:
    """Paint to the end, to the end of the budget, or to Ctrl-C: then True."""
    with common.Stop() as stop, common.bar(None, "painting") as show:
        saved = time.monotonic()
        for step in run:
            left = "" if step.seconds_left is None else f", {step.seconds_left:.0f} s left"
            show(step.index + 1, f"{step.strokes} strokes, loss {step.loss:.5f}{left}")
            if checkpoint is not None and time.monotonic() - saved > CHECKPOINT_EVERY:
                run.save_checkpoint(checkpoint)
                saved = time.monotonic()
            # A run that was resumed knows nothing of this budget.
            if stop.asked or (budget is not None and common.elapsed() >= budget):
                break
        if checkpoint is not None:
            run.save_checkpoint(checkpoint)
        return stop.asked


def _write(painting: Painting, planned: list[outputs.Output], program: str | None) -> Report:
    """Write all files, and say how the painting went."""
    from ..export.writers import write_json
    from ..image import save_png

    outputs.make_folders(planned)
    for path in _paths(planned, "painting"):
        painting.save(path)
    dream = painting.render()
    for path in _paths(planned, "dream"):
        save_png(path, dream)
    real = None if program is None else painting.replay(program)
    for path in _paths(planned, "real"):
        assert real is not None  # `plan` refuses such a file without a replay
        save_png(path, real)
    for path in _paths(planned, "svg") + _paths(planned, "film"):
        painting.save(path)
    report = replace(painting.report(program=program, dream=dream, real=real), seconds=round(common.elapsed(), 3))
    for path in _paths(planned, "report"):
        write_json(path, report.as_dict())
    return report


def _paths(planned: list[outputs.Output], kind: str) -> list[Path]:
    return [output.path for output in planned if output.kind == kind]
