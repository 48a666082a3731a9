"""`wmpaint video`: a film, painted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import checks
from . import common
from . import session as s

__all__ = ["EXAMPLE", "video"]

EXAMPLE = "Example: [bold]wmpaint video in.mp4 -o painted.mp4 --brush mypaint/oil --strokes 800[/]"
STEPS, STILL = 60, 6.0


@common.guarded
def video(
    film: Annotated[Path, typer.Argument(help="A film, an animated picture, or a folder of pictures by their names.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The painted film: .mp4, .gif or .webp.")
    ] = Path("painted.mp4"),
    brush: s.Brush = None,
    pens: s.Pens = None,
    paper: s.Paper = None,
    strokes: Annotated[int, typer.Option(help="Of each frame.")] = 500,
    height: Annotated[
        int | None, typer.Option(help="Of the painted film, in pixels. Default: the source's, at most 512.")
    ] = None,
    seed: Annotated[int, typer.Option(help="0 or more.")] = 0,
    steps: Annotated[int, typer.Option(help="Optimizer steps of a frame that goes on from the one before.")] = STEPS,
    steps_first: Annotated[
        int | None, typer.Option(help="Of a frame that is painted afresh: the first, and after a cut. Default: 120.")
    ] = None,
    still: Annotated[
        float, typer.Option(help="Levels of 255 below which a change of the source is none: its strokes stay.")
    ] = STILL,
    alone: Annotated[
        bool, typer.Option("--alone", help="Paint every frame by itself, for comparison: it flickers.")
    ] = False,
    fps: Annotated[
        float | None, typer.Option(help="Frames a second to take. Default: as filmed, at most 60; 12 of a folder.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Paint the first so many frames only.")] = None,
    program: Annotated[
        str | None,
        typer.Option(metavar="auto|mypaint|dabs", help="Show the real program's pictures. Default: the dream's."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished film.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the paintings of all frames in OUTPUT.strokes/.")] = False,
    as_json: s.AsJson = False,
) -> int | None:
    """Paint a film. Strokes are carried from frame to frame, so that what stands still does not flicker.

    Ctrl-C ends it after this frame with a film of the frames so far; their strokes are kept in OUTPUT.strokes/, and
    the same command with --resume goes on. Strokes of an earlier film are never written over. Flicker is the mean
    change where the source stands still, in levels of 255.
    """
    for name, value, low in (("strokes", strokes, 1), ("steps", steps, 1), ("seed", seed, 0)):
        checks.whole(f"--{name}", value, low)
    common.check_inputs_kept([output], [film])

    from ..painting.video import FrameStep, paint_video

    with (
        common.StopOnInterrupt("frame, with a film of those so far (Ctrl-C again to stop at once)") as stop,
        common.progress_bar(None, "painting") as show,
    ):

        def say(step: FrameStep) -> None:
            left = "" if step.seconds_left is None else f", {step.seconds_left:.0f} s left"
            of = "" if step.total is None else f" of {step.total}"
            show(step.index + 1, f"frame {step.index + 1}{of}, {step.free} strokes moved{left}")

        report = paint_video(
            film, output, brush=s.brushes_of(brush), pens=pens, page=paper or "a4", strokes=strokes, height=height,
            seed=seed, steps=steps, steps_first=steps_first, still=still, alone=alone, fps=fps,
            limit=limit, program=program, resume=resume, keep=keep, progress=say, stop=lambda: stop.asked,
        )  # fmt: skip
    flicker = "nothing stood still" if report.flicker is None else f"{report.flicker:.2f} levels of 255"
    rows = [
        ("frames", f"{report.frames:,}, {report.afresh} of them painted afresh"),
        ("PSNR", f"{report.psnr:.2f} dB"),
        ("flicker", flicker),
        ("seconds", f"{report.seconds:.1f}"),
        ("file", str(output)),
    ]
    common.answer(as_json, {**report.as_dict(), "outputs": [str(output)]}, rows)
    return common.STOPPED if report.interrupted else None
