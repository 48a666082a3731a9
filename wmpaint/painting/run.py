"""Painting: `for step in Run(goal): ...`, then `run.painting()`; or all of it at once, `paint(goal)`.

Marks come in rounds, large ones first, where the goal pulls most at the picture. After each round all marks are
improved together by gradient descent (Adam) through the painter.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import torch
from torch import Tensor, nn

from .. import checkpoint, checks, memory
from ..canvas import WHITE, Canvas
from ..clock import Clock
from ..errors import InputError, clipped
from ..explain import check_options, explained
from ..frame import Frame
from ..light import lit
from ..marks import Marks
from ..media import families
from ..media.mixed import Mixed
from ..medium import Medium, influence
from ..objectives.base import as_objective
from ..objectives.goal import Goal
from ..raster import compiled
from ..tubes import Tubes
from ..version import __version__
from .asked import Brushes, RunOptions, check_stretch, each_of, goal_of, media_of, names_of
from .brush_ref import painter_of
from .result import Painting
from .schedule import Schedule
from .state import Origin, PaintState, kept
from .step import Step, Task, predicted, step
from .strategies import inks, rounds
from .strategies.mixtures import Mixtures
from .variables import LARGEST, Variables, limits

__all__ = ["Run", "paint"]

BRUSH, FLAT_BRUSH = "acrylic", "round"
SMALLEST = 0.7  # pixels of radius at the planned height


@explained
class Run:
    """An iterator of `Step`s that paints.

    Args:
        goal: a picture as `load_image` takes it (a path, a PIL image, an array, a tensor), an `Objective`, a `Goal`, or
            a function `scene -> scalar`.
        brush: a name, MEDIUM/BRUSH, or either alone ("oil" is oil/flat), or a .safetensors file made by `fit`; or
            several, of which each stroke gets the one that brings the picture closest where it is placed. None:
            "acrylic", or with pens "round", whose strokes are as flat as ink.
        strokes: how many, 1 or more.
        height: pixels at which the program is meant to paint; the picture is judged at fewer.
        seed: the same seed gives the same painting on the same machine.
        canvas: what to paint on; white, with the goal's proportions, if None. A picture is stretched to it.
        budget: seconds of painting after which it ends; the schedule is compressed to fit.
        steps: optimizer steps, if not as planned for the number of strokes.
        painter: a differentiable medium in memory, instead of `brush`.
        pens: paint with these pens only, as `wmpaint.pens.load_pens` takes them: each stroke chooses one while it is
            painted, or the bare paper. The painting's `plot()` then draws it with just these.
        page, landscape, margin: what it will be plotted on, since a pen's width counts there; as for `plan`.
        fill: "solid" for strokes of any width that the plotter fills, "line" for single lines as wide as their pen.
        palette: paint with mixtures of these tubes only, of at most three each, as `wmpaint.tubes.Tubes.of` takes them:
            "ultramarine, burnt sienna, titanium white", or "zorn". `painting.save("mixing.csv")` says how to mix them.
        init: strokes to begin with, such as an agent's, in place of the rounds that lay them: only the later part of
            the schedule is left. If fewer than `strokes`, the others are added where they are needed. Strokes keep the
            brush that they have, of those in `brush`; those of a `Painting` have its brushes beside these.
        hold: whether the strokes of `init` stay as they are, on top, and only the others are painted, beneath them; a
            number holds so many of its last ones.
        device: where it is computed.

    Raises:
        BrushError: an unknown brush. FileError: a picture or painter that cannot be read.
        InputError: a number out of range, more than memory holds; while painting, a loss or gradient that is not
            finite.
    """

    def __init__(
        self,
        goal: Any,
        *,
        brush: Brushes | None = None,
        strokes: int = 500,
        height: int = 512,
        seed: int = 0,
        canvas: Canvas | None = None,
        budget: float | None = None,
        steps: int | None = None,
        painter: Medium | None = None,
        pens: Any = None,
        page: Any = "a4",
        landscape: bool | None = None,
        margin: Any = "15mm",
        fill: str = "solid",
        palette: str | Sequence[str] | None = None,
        init: Marks | Painting | None = None,
        hold: bool | int = False,
        device: torch.device | str = "cpu",
    ) -> None:
        strokes, height = checks.whole("… strokes", strokes, 1), checks.whole("a height of … pixels", height, 1)
        seed, steps = checks.seed(seed), None if steps is None else checks.whole("… steps", steps, 1)
        if pens is not None and palette is not None:
            raise InputError("expected pens or a palette, got both")
        if budget is not None:
            budget = checks.number("a budget … seconds", budget, 0, above=True)
        brush = brush or (BRUSH if pens is None else FLAT_BRUSH)
        names = [brush] if isinstance(brush, str | Path) else list(brush) if isinstance(brush, Sequence) else []
        if not names or not all(isinstance(n, str | Path) for n in names) or not isinstance(canvas, Canvas | None):
            raise InputError(f"expected a brush by name and a Canvas or None, got {brush!r} and {canvas!r}")
        if not isinstance(init, Marks | Painting | None) or not isinstance(hold, int):
            raise InputError(f"expected init of Strokes and hold of a number, got {init!r:.60} and {hold!r:.60}")
        names = families.typed(names)
        self.goal = goal_of(goal, canvas, height)
        self.canvas = canvas or self.goal.start.canvas()
        check_stretch(self.goal, self.canvas)
        self.canvas.pixels(height)
        self.brushes, media, choices = media_of(names, painter, init if isinstance(init, Painting) else None)
        _frozen(media, device)
        self.painter: Medium = media[0] if len(media) == 1 else Mixed(media)
        first = init.strokes if isinstance(init, Painting) else init
        laid = 0 if first is None else len(first)
        held = laid if hold is True else int(hold)
        if hold and not (0 < held <= laid and held < strokes):
            raise InputError(f"expected strokes to hold, and more to paint, got {held} of {strokes}")
        self.seed, self.height = seed, height
        self.parameters: dict[str, Any] = {
            "brush": names_of(names, painter), "strokes": strokes, "height": height, "steps": steps,
            **({"init": laid} if laid else {}), **({"hold": held} if held else {}),
        }  # fmt: skip
        schedule, kind = self._planned(), self.painter.marks
        memory.check_painting(
            strokes, height, self.canvas.aspect, schedule.fine, nets=self.goal.networked, numbers=kind.width()
        )
        constraint: inks.Inks | Mixtures | None = None
        if pens is not None:
            constraint = inks.Inks.of(
                pens, self.canvas, page=page, landscape=landscape, margin=margin, fill=fill,
                share=inks.painted_share(self.painter, height),
            )  # fmt: skip
        elif palette is not None:
            constraint = Mixtures(Tubes.of(palette))
        self.parameters |= {} if constraint is None else constraint.parameters
        self.smallest = max(SMALLEST / height, 0.0 if constraint is None else constraint.least)
        opaque = dataclasses.replace(self.canvas, background=self.canvas.background or WHITE)
        frame = Frame(opaque, height, program_height=height, device=device)
        several = choices if len(media) > 1 else ()
        self.task = Task(self.painter, frame, self.goal, schedule, self.smallest, several, constraint)
        self.state = PaintState(
            Variables(kind, limits(kind, self.canvas.aspect, self.smallest), device),
            Clock(schedule.steps, budget), torch.Generator().manual_seed(seed),
        )  # fmt: skip
        self.source = goal if isinstance(goal, str | Path) else None  # whose name the painting bears
        if first is not None:
            self._begin_with(first, held)

    def _planned(self) -> Schedule:
        p, plan = self.parameters, self.goal.plan
        laid, held = p.get("init", 0), p.get("hold", 0)
        steps = plan.steps if p["steps"] is None else p["steps"]
        return Schedule.plan(
            p["strokes"] - held, p["height"], self.canvas.aspect, steps, plan.heights, laid - held, plan.details
        )

    def _begin_with(self, init: Marks, held: int) -> None:
        most, brushes = self.parameters["strokes"], len(self.brushes)
        if not 1 <= len(init) <= most:
            raise InputError(f"expected 1 to {most} strokes to begin with, got {len(init)}")
        if init.brush is not None and int(init.brush.max()) >= brushes:
            raise InputError(
                f"expected strokes of {'one brush' if brushes == 1 else f'brushes 0 to {brushes - 1}'} to begin with, "
                f"got brush {int(init.brush.max())}: name all in brush=, or init.replace(brush=None)"
            )
        laid = init.check().detach().to(dtype=torch.float32).replace(lifted=None, pen=None)
        if brushes == 1:
            laid = laid.replace(brush=None)
        elif laid.brush is None:
            laid = laid.replace(brush=torch.zeros(len(laid), dtype=torch.int64, device=laid.device))
        if held:
            self.state.fix(laid[-held:])  # above all that is painted
            laid = laid[:-held]
        if len(laid):
            sizes = {n: getattr(laid, n).clamp(self.smallest, LARGEST) for n in laid.of_unit("length")[:1]}
            self.state.renew(torch.zeros(0, dtype=torch.bool, device="cpu"), laid.replace(**sizes))

    @property
    def goal(self) -> Goal:
        """What is minimized; may be exchanged while painting, for an `Objective`, a `Goal`, or a function."""
        return self._goal

    @goal.setter
    def goal(self, value: Any) -> None:
        objective = None if isinstance(value, Goal) else as_objective(value)
        if objective is None and not isinstance(value, Goal):
            raise InputError(f"expected an objective or a function of a scene, got {type(value).__name__}")
        self._goal = value if objective is None else Goal.of(objective)
        self._identity = self._goal.identity()
        if hasattr(self, "task"):
            self.task = dataclasses.replace(self.task, goal=self._goal)

    @property
    def schedule(self) -> Schedule:
        """What happens when."""
        return self.task.schedule

    # Stepping

    def __repr__(self) -> str:
        objective = self.goal.objective
        return clipped(f"Run({self.parameters['strokes']:,} strokes, {self.progress:.0%} done, {objective!r})", 200)

    @property
    def seconds(self) -> float:
        """Time spent painting, in this process and those it was resumed from."""
        return self.state.clock.seconds

    def rested(self, seconds: float) -> None:
        """Leave so many seconds out of all that counts time: others had the processor."""
        self.state.clock.rest(seconds)

    @property
    def progress(self) -> float:
        """Share of the schedule that is done, 0 to 1; time counts as well as steps where there is a budget."""
        return self.state.clock.progress

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        state, clock = self.state, self.state.clock
        if not clock.runs:
            compiled.warm_up()  # not counted: the first painting in a new environment compiles for seconds
            clock.start()
        now = clock.progress
        if now >= 1:
            rounds.add(self.task, state, 1.0)  # those that a short budget had no time for
            clock.stop()
            raise StopIteration
        rounds.add(self.task, state, now)
        loss, terms = step(self.task, state, now)
        return Step(clock.index - 1, self.schedule.steps, loss, terms, len(state), clock.seconds, clock.left)

    # What there is

    def strokes(self) -> Any:
        """The strokes so far, in the optimizer's graph."""
        return self.task.marks(self.state)

    @torch.no_grad()
    def preview(self, height: int | None = None) -> Tensor:
        """The picture so far, [3, H, W]."""
        height = self.schedule.coarse if height is None else height
        picture = predicted(self.task, self.strokes().detach(), height)
        return picture.mean if picture.relief is None else lit(picture.mean, picture.relief, height)

    def influence(self) -> Tensor:
        """[strokes] the most that each changes any pixel of the picture."""
        return influence(self.painter, self.strokes().detach(), self.task.at(self.schedule.coarse))

    def painting(self) -> Painting:
        """The painting so far."""
        import platform

        state = self.state
        state.free.clamp()  # Ctrl-C may have come between the optimizer's step and this
        free = state.free.marks().detach()
        sizes = state.sizes
        if self.task.constraint is not None and len(free):
            final = self.task.constraint.project(free, 1.0)
            free = self.task.constraint.shown(free.replace(**final))
        strokes = state.marks(free)
        if self.goal.plan.sparse and len(free):
            seen = rounds.shown(self.task, state)
            seen[0] |= ~seen.any()
            sizes = kept(sizes, seen)
            strokes = free[seen] if state.fixed is None else type(free).cat([free[seen], state.fixed])
        provenance: dict[str, Any] = {
            **({"held": state.held} if state.held else {}),
            "wmpaint": __version__, "torch": torch.__version__, "python": platform.python_version(),
            "steps": state.clock.index, "seconds": round(self.seconds, 3), "rounds": [size for size in sizes if size],
        }  # fmt: skip
        if self.source is not None:
            provenance["source"] = Path(self.source).name
        provenance["goal_sha256"] = self._identity
        info = each_of(self.painter)[0].info
        return Painting(
            strokes=strokes.clone(),  # painting goes on in place
            canvas=self.canvas, brushes=self.brushes, program=info.name or "mypaint", program_version=info.version,
            program_height=self.height, seed=self.seed, parameters=self.parameters,
            terms={"loss": state.loss, **state.terms} if math.isfinite(state.loss) else {},
            provenance=provenance, target=self.goal.start.target, painters=tuple(each_of(self.painter)),
        )  # fmt: skip

    # Going on later

    def save_checkpoint(self, path: str | Path) -> None:
        """Write the whole state, so that `resume` goes on to the same result as an unbroken run.

        Raises:
            FileError: the file cannot be written.
        """
        known, tensors = self.state.as_file()
        checkpoint.save(path, "painting", known | self._origin().as_file(), tensors)

    def _origin(self) -> Origin:
        weights = [medium.info.weights for medium in each_of(self.painter)]
        return Origin(self.parameters, self.seed, self.canvas, self._identity, weights, self.brushes)

    @classmethod
    def resume(
        cls,
        path: str | Path,
        goal: Any,
        *,
        painter: Medium | None = None,
        budget: float | None = None,
        device: torch.device | str = "cpu",
    ) -> Run:
        """Go on from a checkpoint, with the same goal; a budget counts from here.

        Raises:
            FileError: not a checkpoint.
            InputError: another goal or brush than it was made with.
        """
        known, tensors = checkpoint.load(path, "painting")
        with checkpoint.expecting(path, "painting"):
            then = Origin.of(known)
            p = then.parameters
            if known["layout"] is not None and then.canvas.pixels(known["layout"][0]) != tuple(known["layout"][:2]):
                raise ValueError("a layout of another canvas")
            options = {name: p[name] for name in ("pens", "page", "margin", "fill", "palette") if name in p}
        run = cls(
            goal, brush=p["brush"], strokes=p["strokes"], height=p["height"], steps=p["steps"], seed=then.seed,
            canvas=then.canvas, painter=painter, budget=budget, device=device, **options,
        )  # fmt: skip
        if run._identity != then.goal:
            raise InputError(f"expected the picture or objective that {path} was painted after, got another")
        own = run._origin().painters
        if not set(own) <= set(then.painters):
            raise InputError(f"expected the painter that {path} was painted with, got other weights of {p['brush']!r}")
        with checkpoint.expecting(path, "painting"):
            run.parameters = p
            if own != then.painters:  # it began with a painting, whose brushes are beside these
                mine = dict(zip(own, each_of(run.painter), strict=True))
                media = [mine.get(known) or painter_of(b) for b, known in zip(then.brushes, then.painters, strict=True)]
                run.brushes, run.painter = then.brushes, Mixed(_frozen(media, device))
                choices = tuple(then.painters.index(known) for known in own)
                run.task = dataclasses.replace(run.task, medium=run.painter, choices=choices)
            run.task = dataclasses.replace(run.task, schedule=run._planned())
            run.state.clock.steps = run.schedule.steps
            run.state.restore(known, tensors, len(run.brushes))
        return run


def _frozen(media: list[Medium], device: torch.device | str) -> list[Medium]:
    for medium in media:
        if isinstance(medium, nn.Module):
            medium.requires_grad_(False).to(device)
    return media


@explained
def paint(
    goal: Any = None,
    *,
    progress: Callable[[Step], None] | None = None,
    steer: Callable[[Run, Step], None] | None = None,
    resume: str | Path | None = None,
    **options: Unpack[RunOptions],
) -> Painting:
    """Paint, and return the painting. Ctrl-C ends it early and keeps what is painted.

    Args:
        goal: a picture as `load_image` takes it, an `Objective`, or a function `scene -> scalar`.
        progress: called with each `Step`.
        steer: called with the run and each `Step`; it may exchange `run.goal`, look at `run.preview()`, or end
            the painting by raising `StopIteration`.
        resume: a checkpoint to go on from; the other options then come from it.
        options: as for `Run`; none beside `resume` but `painter`, `budget` and `device`.

    Raises:
        WmpaintError: what `Run` raises. TypeError: an option that it does not know.
    """
    if resume is not None and not {"painter", "budget", "device"} >= options.keys():
        raise InputError(f"expected no options beside resume but painter and budget, got {', '.join(options)}")
    known = [*inspect.signature(Run).parameters, *inspect.signature(paint).parameters]
    check_options("paint", options, [name for name in known if name != "options"])
    run = Run(goal, **options) if resume is None else Run.resume(resume, goal, **options)  # type: ignore[misc]
    try:
        for one in run:
            if progress is not None:
                progress(one)
            if steer is not None:
                try:
                    steer(run, one)
                except StopIteration:
                    break
    except KeyboardInterrupt:
        if not len(run.state):
            raise
    return run.painting()
