"""What `paint`, `style` and `dream` share: options, and the way from an objective to files."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import checks, files
from ..errors import InputError
from . import common, outputs
from .common import option

if TYPE_CHECKING:
    from torch import Tensor

    from ..objectives.base import Objective
    from ..painting.report import Report
    from ..painting.result import Painting
    from ..painting.state import Origin

__all__ = ["Session", "brushes_of", "perform"]

HEIGHT, SEED = 512, 0
LEAST = 1024  # pixels of the longer side that are looked at in a photo, for the smallest painting too
BY_AGENT = 0.6  # of the strokes (benchmarks/agents.py init)
CHECKPOINT_EVERY = 5.0  # seconds

Brush = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BRUSH",
        help="A name out of `wmpaint brushes`, as charcoal or mypaint/charcoal, or a .safetensors painter; several "
        "(charcoal,ink, or the option again): each stroke gets the one that suits its place best. Default: oil/flat "
        "for photos, acrylic for all else, round with --pens.",
    ),
]
Pens = Annotated[
    str | None,
    typer.Option(
        metavar="PENS",
        help="Paint with these pens' colors only, for a plotter: black, fineliners, cmyk, brush_pens, colors "
        "(#1d4ed8,#d62b2b), or a .toml file.",
    ),
]
Paper = Annotated[
    str | None, typer.Option(metavar="PAGE", help="What pens will draw on: a4, a3, letter, 200x150mm… Default: a4.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of the table.")]

# What all of them take, before and after options of their own.
FIRST = ("brush", "strokes", "height", "seed", "steps", "budget")
LAST = ("surface", "mixing", "palette", "light", "checkpoint", "resume", "output", "film", "real", "as_json")


@dataclass(frozen=True)
class Session:
    """The options of the commands that paint; None is the default, or the checkpoint's value."""

    brush: Brush = None
    strokes: int | None = option(
        None, "How many strokes, 1 or more. Default: 500; 1100 painterly, 1000 for styles and layers, 300 for classes."
    )
    height: int | None = option(None, f"Height of the painting in pixels; the aspect is kept. Default: {HEIGHT}.")
    seed: int | None = option(None, f"The same seed paints the same picture; 0 or more. Default: {SEED}.")
    steps: int | None = option(None, "Optimizer steps. Default: what the objective takes as a rule.")
    budget: str | None = option(
        None, "Stop painting this long after the start: 20s, 2min. Default: no limit.", metavar="TIME"
    )
    program: str = option(
        None, "The paint program to replay in; auto is MyPaint if installed.", metavar="auto|mypaint|dabs", usual="auto"
    )
    pens: Pens = None
    paper: Paper = None
    init: str | None = option(
        None,
        "What lays the first strokes: agent (the bundled one for photos), an agent's .safetensors, or a "
        ".wmp.json painting to paint on. Default: rounds from large strokes to small ones.",
        metavar="AGENT",
    )
    background: str | None = option(
        None,
        "The ground to paint on, which also shows through what is transparent: #rrggbb. Default: #ffffff; brown "
        "for painterly, gray for a dream of nothing.",
        "--background",
        "--ground",
        metavar="COLOR",
    )
    surface: str | None = option(
        None, "What paint with a relief lies on. Default: linen.", metavar="smooth|linen|cotton|panel|paper"
    )
    mixing: str | None = option(
        None, "How paint mixes: as light does, or as pigment, where yellow over blue is green. Default: light.",
        metavar="light|pigment",
    )  # fmt: skip
    palette: str | None = option(
        None, "Paint with mixtures of these tubes only: ultramarine, burnt sienna, titanium white…; or zorn, classic, "
        "impressionist, primaries, earth. `wmpaint export … -o mixing.csv` says how they are mixed.", metavar="TUBES",
    )  # fmt: skip
    light: str | None = option(
        None, "On paint with a relief, in words: left low, raking, glossy… (see `wmpaint relight`).", metavar="WORDS"
    )
    checkpoint: Path | None = option(None, "Save the state here every 5 seconds, to go on from later.", metavar="FILE")
    resume: Path | None = option(
        None, "Go on from a checkpoint of the same goal, with the options it was made with.", metavar="FILE"
    )
    output: list[str] | None = option(
        None,
        "A folder for all files, or one file: .wmp.json, .png, .jpg, .tif, .webp (the dream; …real.png is the "
        "replay), .svg, .html, .ora, .mp4, .gif, .json (the report), or any other kind that `wmpaint export` writes. "
        f"May be repeated. Default: {outputs.FOLDER}/.",
        "--output",
        "-o",
        metavar="PATH",
    )
    film: bool = option(None, "Write the film of the painting being painted into folders.", usual=True)
    real: bool = option(None, "Replay the strokes in the paint program, and report the gap.", usual=True)
    as_json: AsJson = False

    @functools.cached_property
    def ground(self) -> tuple[float, float, float] | None:
        """The color that was asked for, or the checkpoint's; None for neither.

        Raises:
            InputError: no color. FileError: no checkpoint.
        """
        from ..color import parse_color

        if self.background is not None:
            return parse_color(self.background, "a --background")
        origin = self.origin
        return None if origin is None else origin.canvas.background

    @functools.cached_property
    def origin(self) -> Origin | None:
        """What the checkpoint says of its painting; None without one.

        Raises:
            FileError: no checkpoint.
        """
        if self.resume is None:
            return None
        from .. import checkpoint
        from ..painting.state import Origin

        known, _ = checkpoint.load(self.resume, "painting")
        with checkpoint.expecting(self.resume, "painting"):
            return Origin.of(known)

    def picture(self, path: Path) -> Tensor:  # [3, H, W]
        """A photo on the ground, as large as a painting of this height has use for.

        Raises:
            FileError, InputError: what `load_image` raises.
        """
        from ..canvas import WHITE
        from ..image import GOAL, is_plain, load_image

        most = min(GOAL, max(LEAST, 4 * (self.height or HEIGHT)))
        found = load_image(path, background=self.ground or WHITE, most=most)
        if is_plain(found):
            common.note(f"note: {str(path)!r} has one color everywhere: there is nothing in it to paint")
        return found

    @property
    def given(self) -> dict[str, Any]:
        """The options of `Run` that were asked for."""
        from ..media import families

        options = {name: getattr(self, name) for name in ("strokes", "height", "seed", "steps")}
        options["brush"] = families.typed(brushes_of(self.brush))
        return {name: value for name, value in options.items() if value is not None}

    def check(self) -> None:
        """Refuse numbers out of range.

        Raises:
            InputError: the first of them.
        """
        if self.background is not None:
            assert self.ground is not None
        if self.paper is not None and self.pens is None:
            raise InputError(f"expected --paper beside --pens, got --paper {self.paper} alone")
        for name, high in (("--strokes", None), ("--steps", None), ("--height of … pixels", 16_384)):
            value = getattr(self, name.split()[0][2:])
            if value is not None:
                checks.whole(name, value, 1, high)
        if self.seed is not None:
            checks.seed(self.seed, "--seed")
        from ..canvas import MIXINGS, SURFACES

        for name, words in (("surface", SURFACES), ("mixing", MIXINGS)):
            if (value := getattr(self, name)) is not None:
                checks.one_of(f"--{name}", value, words)
        if self.light is not None:
            from ..light import Light

            Light.parse(self.light)


def brushes_of(given: list[str] | None) -> str | list[str] | None:
    """The brushes of an option that may be repeated, and may name several with commas between."""
    names = [name.strip() for part in given or [] for name in part.split(",") if name.strip()]
    return None if not names else names[0] if len(names) == 1 else names


Findings = dict[str, Any]
Judge = Callable[["Objective", "Tensor", "Tensor | None"], Findings]


def perform(
    session: Session,
    make_goal: Callable[[], Objective],
    inputs: list[Path | None],
    *,
    strokes: int,
    canvas: Any = None,
    source: Path | None = None,
    notes: dict[str, Any] | None = None,
    judge: Judge | None = None,
) -> int | None:
    """Paint, write every output, and say how it went; the exit code.

    Args:
        make_goal: the objective; called when cheap checks have passed.
        inputs: files that are read, and must not be written over.
        strokes: how many by default.
        source: the file whose name the painting bears.
        notes: what else the painting's file should say of its parameters.
        judge: what else to report of the dream and the replay [3, H, W], seen with the objective.
    """
    session.check()
    seconds = None if session.budget is None else common.parse_duration(session.budget)
    planned = outputs.plan_outputs(session.output or [outputs.FOLDER], film=session.film, real=session.real)
    states = [path for path in (session.checkpoint,) if path is not None]
    common.check_inputs_kept([o.path for o in planned], [*inputs, session.resume, session.checkpoint])
    common.check_inputs_kept(states, inputs)
    outputs.check_outputs(planned)
    for path in states:
        outputs.check_state(path)
    program = session.program if session.real else None
    folders, single = outputs.places(planned)
    with common.alone([*single, *states], folders=folders):
        goal = make_goal()
        run = _start(session, goal, seconds, strokes, canvas, source)
        if program is not None:
            run.painting().program_name(program)
        run.source = source
        if session.resume is None:
            run.parameters.update(notes or {})

        stopped = _paint(run, session.checkpoint)
        painting: Painting = run.painting()
        if session.light is not None:
            painting = painting.relit(session.light)
        with common.StopOnInterrupt():  # nothing is lost by a Ctrl-C between two files
            report, found = _write(painting, planned, program, judge and functools.partial(judge, goal))
    rows = [(label, value) for label, value in report.rows() if label != "steps"]
    rows += [*_told(found), *((o.kind, str(o.path)) for o in planned)]
    values = {**report.as_dict(), **found, "outputs": [str(o.path) for o in planned], "interrupted": stopped}
    common.answer(session.as_json, values, rows)
    return common.STOPPED if stopped else None


def _told(found: Findings) -> list[tuple[str, str]]:
    """(label, value) of findings, for people; "photo_terms": {"style": 1.5} becomes "photo style"."""
    rows = []
    for name, value in found.items():
        if isinstance(value, dict):
            rows += [(f"{name.removesuffix('_terms')} {term}", f"{number:.4g}") for term, number in value.items()]
        elif value is not None:
            rows.append((name.replace("_", " "), str(value)))
    return rows


def _start(
    session: Session, goal: Objective, seconds: float | None, strokes: int, canvas: Any, source: Path | None
) -> Any:
    """The run to iterate over; all that can be wrong with the input comes out here."""
    from ..objectives.goal import Goal
    from ..painting.run import Run

    left = None if seconds is None else max(0.1, seconds - common.elapsed())
    ground = session.ground
    if session.resume is None:
        options = {"strokes": strokes, "height": HEIGHT, "seed": SEED, **session.given}
        if session.pens is not None:
            options |= {"pens": session.pens, "page": session.paper or "a4"}
        if session.palette is not None:
            options["palette"] = session.palette
        if session.init is not None:
            options["init"] = _first_strokes(session, source, options["strokes"])
        asked: dict[str, Any] = {} if ground is None else {"background": ground}
        asked |= {name: value for name in ("surface", "mixing") if (value := getattr(session, name)) is not None}
        if asked:
            canvas = replace(canvas or Goal.of(goal).start.canvas(), **asked)
        return Run(goal, **options, canvas=canvas, budget=left)
    run = Run.resume(session.resume, goal, budget=left)
    known = {**run.parameters, "seed": run.seed, "surface": run.canvas.surface, "mixing": run.canvas.mixing}
    if run.canvas.background != ground:
        raise InputError(f"expected --background as in the checkpoint, got {session.background}")
    if session.pens is not None:
        from ..pens import load_pens
        from ..units import page_size

        if known.get("pens") != [pen.as_dict() for pen in load_pens(session.pens).pens]:
            raise InputError(f"expected --pens as in the checkpoint, got {session.pens}")
        if session.paper is not None and sorted(known["page"]) != sorted(page_size(session.paper)):
            raise InputError(f"expected --paper as in the checkpoint, got {session.paper}")
    if session.init is not None:
        raise InputError("expected --init or --resume, got both")
    given = session.given | {n: v for n in ("surface", "mixing") if (v := getattr(session, n)) is not None}
    if session.palette is not None:
        from ..tubes import Tubes

        known["palette"] = ", ".join(known.get("palette", ["none"]))
        given["palette"] = ", ".join(Tubes.of(session.palette).names)
    for name, value in given.items():
        if known.get(name) != value:
            raise InputError(f"expected --{name} {known.get(name)} as in the checkpoint, got {value}")
    return run


def _first_strokes(session: Session, source: Path | None, count: int) -> Any:
    """What a run begins with: an agent's strokes for the photo, or a painting's."""
    init = session.init
    assert init is not None
    if init.endswith(".json"):
        from ..painting.result import load

        painting = load(init)
        return replace(painting, strokes=painting.strokes[:count])
    if source is None:
        raise InputError(f"expected a photo for the agent of --init {init} to look at, got none")
    from .. import agents

    agent = agents.load("photo" if init == "agent" else init)
    if not agent.policy.any_size:
        raise InputError(f"expected an agent for photos (of kind tiles) as --init, got one of kind {agent.config.kind}")
    # The others are placed by the run, which knows better where the last ones are needed.
    return agent.strokes_for(session.picture(source), max(1, round(BY_AGENT * count)), polish=0)


def _paint(run: Any, checkpoint: Path | None) -> bool:
    """Paint to the end, to the end of the budget, or to Ctrl-C: then True."""
    spare = common.AlongTheWay()
    with common.StopOnInterrupt() as stop, common.progress_bar(None, "painting") as show:
        saved = time.monotonic()
        for step in run:
            show(step.index + 1, f"{step.strokes} strokes, loss {step.loss:.5g}, {step.seconds_left:.0f} s left")
            if checkpoint is not None and time.monotonic() - saved > CHECKPOINT_EVERY:
                with spare("a checkpoint"):
                    run.save_checkpoint(checkpoint)
                saved = time.monotonic()
            if stop.asked:
                break
        if checkpoint is not None:
            with spare("a checkpoint"):
                run.save_checkpoint(checkpoint)
        return stop.asked


def _write(
    painting: Painting, planned: list[outputs.Output], program: str | None,
    judge: Callable[[Tensor, Tensor | None], Findings] | None,
) -> tuple[Report, Findings]:  # fmt: skip
    """Write all files, and say how the painting went."""
    from ..export.bitmap import flatten

    tried = common.EachTried()

    def write(save: Callable[[Path], object], *kinds: str) -> None:
        for kind in kinds:
            for output in planned:
                if output.kind == kind:
                    with tried():
                        save(output.path)

    with tried():
        outputs.make_folders(planned)
    write(painting.save, "painting")
    dream = painting.render()
    write(lambda path: _save_picture(painting, path, dream), "dream")
    real = None if program is None else painting.replay(program)
    if real is not None:
        write(lambda path: _save_picture(painting, path, real, program=program), "real")
    write(painting.save, "svg", "other")
    # In oil the program is as quick as the dream, and what one would like to see.
    film = {"program": program} if program is not None and painting.has_relief else {}
    write(lambda path: painting.save(path, **film), "film")
    report = replace(painting.report(program=program, dream=dream, real=real), seconds=round(common.elapsed(), 3))
    found = {} if judge is None else judge(flatten(dream), None if real is None else flatten(real))
    write(lambda path: files.write_json(path, {**report.as_dict(), **found}), "report")
    tried.end()
    return report, found


def _save_picture(painting: Painting, path: Path, picture: Tensor, **options: Any) -> None:
    """Write a picture that is rendered already as .png; other kinds are rendered anew, by their own writers."""
    from ..export.pictures import write_seen

    if path.suffix.lower() == ".png":
        write_seen(path, painting, picture)
    else:
        painting.save(path, **options)
