"""Painting: `for step in Run(goal): ...`, then `run.painting()`.

Strokes come in rounds, large ones first, where the objective pulls most at the picture. After each
round all strokes are improved together by gradient descent (Adam) through the painter.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import memory
from ..canvas import Canvas
from ..errors import InputError, clipped
from ..explain import explained
from ..export.bitmap import flatten
from ..frame import Frame
from ..image import GOAL, is_plain, load_image
from ..media.ribbon.painter import RibbonPainter
from ..media.ribbon.zoo import load
from ..medium import render
from ..objectives.base import Objective, Scene, as_objective
from ..objectives.photo import photo
from ..raster import compiled
from ..raster.tiles import Layout
from ..strokes import Strokes
from ..version import __version__
from . import state
from .brush_ref import BrushRef
from .init import place
from .leaves import LARGEST, RATES, Leaves, check_finite, kept
from .palette import Palette, painted_share
from .result import Painting
from .schedule import Schedule
from .step import Step
from .view import VISIBLE, View, networked

__all__ = ["Run"]

REPLAN = 4  # steps between binnings of strokes to tiles
BRUSH, FLAT_BRUSH = "acrylic", "round"
SMALLEST = 0.7  # pixels of radius at the planned height


@explained
class Run:
    """An iterator of `Step`s that paints.

    Args:
        goal: a picture as `load_image` takes it (a path, a PIL image, an array, a tensor), an `Objective`, or a
            function `scene -> scalar`.
        brush: a bundled painter's name, or a .safetensors file made by `fit`. None: "acrylic", or with pens "round",
            whose strokes are as flat as ink.
        strokes: how many, 1 or more.
        height: pixels at which the program is meant to paint; the picture is judged at fewer.
        seed: the same seed gives the same painting on the same machine.
        canvas: what to paint on; white, with the goal's proportions, if None. A picture is stretched to it.
        budget: seconds of painting after which it ends; the schedule is compressed to fit.
        steps: optimizer steps, if not as planned for the number of strokes.
        painter: a painter in memory, instead of `brush`.
        pens: paint with these pens only, as `export.plotter.load_pens` takes them: each stroke chooses one while it is
            painted, or the bare paper. The painting's `plot()` then draws it with just these.
        page, landscape, margin: what it will be plotted on, since a pen's width counts there; as for `plan`.
        fill: "solid" for strokes of any width that the plotter fills, "line" for single lines as wide as their pen.
        init: strokes to begin with, such as an agent's, in place of the rounds that lay them: only the later part of
            the schedule is left. If fewer than `strokes`, the others are added where they are needed.
        hold: whether the strokes of `init` stay as they are, on top, and only the others are painted, beneath them; a
            number holds so many of its last ones. Strokes know no brush: held ones, too, are painted with `brush`.

    Raises:
        BrushError: an unknown brush. FileError: a picture or painter that cannot be read.
        InputError: a number out of range, more than memory holds; while painting, a loss or gradient that is not
            finite.
    """

    def __init__(
        self,
        goal: Any,
        *,
        brush: str | Path | None = None,
        strokes: int = 500,
        height: int = 512,
        seed: int = 0,
        canvas: Canvas | None = None,
        budget: float | None = None,
        steps: int | None = None,
        painter: RibbonPainter | None = None,
        pens: Any = None,
        page: Any = "a4",
        landscape: bool | None = None,
        margin: Any = "15mm",
        fill: str = "solid",
        init: Strokes | None = None,
        hold: bool | int = False,
        _laid: int = 0,
    ) -> None:
        whole = {"strokes": strokes, "height": height, "seed": seed, "steps": 1 if steps is None else steps}
        for name, value in whole.items():
            if isinstance(value, bool) or not isinstance(value, int):
                raise InputError(f"expected {name} to be a whole number, got {value!r}")
        if not 0 <= seed < 1 << 63:
            raise InputError(f"expected a seed of 0 to 2**63 - 1, got {seed}")
        if budget is not None and not (isinstance(budget, int | float) and budget > 0):
            raise InputError(f"expected a budget of more than 0 seconds, got {budget!r}")
        brush = brush or (BRUSH if pens is None else FLAT_BRUSH)
        if not isinstance(brush, str | Path) or not isinstance(canvas, Canvas | None):
            raise InputError(f"expected a brush by name and a Canvas or None, got {brush!r} and {canvas!r}")
        self.goal = as_objective(goal) or photo(_picture(goal, canvas, height))
        self.canvas = canvas or self.goal.canvas()
        _check_stretch(self.goal, self.canvas)
        self.canvas.pixels(height)
        self.painter = (painter or load(brush)).requires_grad_(False)
        self._view = View(self.painter, self.canvas, height)
        planned = self.goal.steps if steps is None else steps
        if not isinstance(init, Strokes | None) or not isinstance(hold, int):
            raise InputError(f"expected init of Strokes and hold of a number, got {init!r:.60} and {hold!r:.60}")
        laid = _laid if init is None else len(init)
        held = laid if hold is True else int(hold)
        if hold and not (0 < held <= laid and held < strokes):
            raise InputError(f"expected strokes to hold, and more to paint, got {held} of {strokes}")
        new, improved = strokes - held, laid - held
        self.schedule = Schedule.plan(new, height, self.canvas.aspect, planned, self.goal.heights, improved)
        memory.check(strokes, height, self.canvas.aspect, self.schedule.fine, nets=networked(self.goal))
        self.seed, self.height, self.budget = seed, height, budget
        self.parameters: dict[str, Any] = {
            "brush": str(brush) if painter is None else painter.brush,
            "strokes": strokes, "height": height, "steps": steps, **({"init": laid} if laid else {}),
            **({"hold": held} if hold else {}),
        }  # fmt: skip
        self.source = goal if isinstance(goal, str | Path) else None  # whose name the painting bears
        self._weights = Path(brush) if painter is None and str(brush).endswith(".safetensors") else None
        self._generator = torch.Generator().manual_seed(seed)
        palette = None if pens is None else Palette.of(
            pens, self.canvas, page=page, landscape=landscape, margin=margin, fill=fill,
            share=painted_share(self.painter, height),
        )  # fmt: skip
        self.parameters |= {} if palette is None else palette.parameters
        least = SMALLEST / height if palette is None else max(SMALLEST / height, palette.least)
        self.smallest = least  # radius, canvas units
        self._leaves = Leaves(least, self.canvas.aspect, palette)
        self._over = Strokes.empty(dtype=self.painter.dtype)  # held
        self._layout: Layout | None = None
        self._index = self._rounds = 0
        self._began: float | None = None
        self._ended: float | None = None
        self._before = 0.0
        self._first = 0  # step in this process
        self._last: tuple[float, dict[str, float]] = (math.nan, {})
        if init is not None:
            self._begin_with(init)

    def _begin_with(self, init: Strokes) -> None:
        most = self.parameters["strokes"]
        brushes = 1 if init.brush is None else len(init.brush.unique())
        if not 1 <= len(init) <= most or self._leaves.palette is not None:
            raise InputError(f"expected 1 to {most} strokes of one brush and no pens to begin with, got {len(init)}")
        if brushes > 1:
            raise InputError(f"expected strokes of one brush to begin with, got {brushes}: init.replace(brush=None)")
        laid = init.replace(brush=None).check().detach().to(dtype=self.painter.dtype)
        held = self.parameters.get("hold", 0)
        if held:
            self._over = laid[-held:].replace(lifted=None, pen=None)
            laid = laid[:-held]
            if not len(laid):
                return
        radius = laid.radius.clamp(self._leaves.smallest, LARGEST)
        self._leaves.replace(torch.zeros(0, dtype=torch.bool), laid.replace(lifted=None, pen=None, radius=radius))

    @property
    def goal(self) -> Objective:
        """What is minimized; may be exchanged while painting, for an `Objective` or a function."""
        return self._goal

    @goal.setter
    def goal(self, value: Any) -> None:
        goal = as_objective(value)
        if goal is None:
            raise InputError(f"expected an objective or a function of a scene, got {type(value).__name__}")
        self._goal, self._goal_digest = goal, goal.digest()

    # Stepping

    def __repr__(self) -> str:
        return clipped(f"Run({self.parameters['strokes']:,} strokes, {self.progress:.0%} done, {self.goal!r})", 200)

    @property
    def seconds(self) -> float:
        """Time spent painting, in this process and those it was resumed from."""
        return self._before + self._elapsed

    @property
    def _elapsed(self) -> float:
        return 0.0 if self._began is None else (self._ended or time.monotonic()) - self._began

    def rested(self, seconds: float) -> None:
        """Leave so many seconds out of all that counts time: others had the processor."""
        if self._began is not None:
            self._began += seconds

    @property
    def progress(self) -> float:
        """Share of the schedule that is done, 0 to 1; time counts as well as steps where there is a budget."""
        done = self._index / self.schedule.steps
        if self.budget is not None:
            done = max(done, self._elapsed / self.budget)
        return min(done, 1.0)

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        if self._began is None:
            compiled.warm_up()  # not counted: the first painting in a new environment compiles for seconds
            self._began, self._first = time.monotonic(), self._index
        now = self.progress
        if now >= 1:
            self._add_rounds(1.0)  # those that a short budget had no time for
            self._ended = self._ended or time.monotonic()
            raise StopIteration
        self._add_rounds(now)
        self._leaves.progress = now
        loss, terms = self._descend(now)
        self._last = loss, terms
        self._index += 1
        return Step(
            self._index - 1, self.schedule.steps, loss, terms, len(self.strokes()), self.seconds, self._seconds_left()
        )

    def _seconds_left(self) -> float:
        if self.budget is not None:
            return max(0.0, self.budget - self._elapsed)
        return self._elapsed / max(self._index - self._first, 1) * (self.schedule.steps - self._index)

    def _add_rounds(self, now: float) -> None:
        rounds = self.schedule.rounds + self.schedule.again
        while self._rounds < len(rounds) and now >= rounds[self._rounds].begin:
            planned = rounds[self._rounds]
            alive = self._shown() | self.goal.sparse
            count = planned.strokes + int((~alive).sum())
            if count:
                error, guide = self._wanted()
                new = place(
                    count, error, guide, self.canvas,
                    radius=planned.radius, length=planned.length, generator=self._generator,
                )  # fmt: skip
                self._leaves.replace(alive, new)
                self._layout = None
            self._rounds += 1

    def _shown(self) -> Tensor:
        return self.influence()[: len(self._leaves)] >= VISIBLE

    def _wanted(self) -> tuple[Tensor, Tensor]:
        """How much the objective pulls at each pixel [H, W], and what it would like to see there [3, H, W]."""
        height = self.schedule.coarse
        with torch.no_grad():
            picture, variance = self._dream(height)
        picture = flatten(picture).requires_grad_()
        guide = self.goal.guide(*picture.shape[1:])
        if not self._leaves and guide is not None:  # the ground is covered evenly
            return torch.ones_like(variance), guide
        pull = None
        try:
            loss, _ = self.goal.evaluate(self._scene(picture, variance.requires_grad_()))
            if loss.requires_grad:
                pull = torch.autograd.grad(loss, picture, allow_unused=True)[0]
        except (InputError, RuntimeError, IndexError):
            if self._leaves:
                raise  # before the first strokes there may be nothing to judge
        if pull is None:  # only the strokes are judged
            pull = torch.ones_like(picture)
        check_finite(pull, "the picture")
        if guide is None:
            guide = (picture - pull * (0.2 / pull.std().clamp(min=1e-12))).clamp(0, 1)
        palette = self._leaves.palette
        if palette is not None:  # of the error, only what these inks can mend
            guide = palette.guide(guide, self._leaves.progress)
            pull = picture - guide
        error = pull.square().mean(0)
        if len(self._over):  # what lies beneath held strokes cannot be mended
            bare = Canvas(self.canvas.aspect, None)
            cover = render(self.painter, self._over, Frame(bare, height, program_height=self.height)).mean
            error = error * (1 - cover[3])
        return error / error.mean().clamp(min=1e-30), guide.detach()

    def _scene(self, picture: Tensor, variance: Tensor) -> Scene:
        return Scene(picture, variance, self.strokes(), self.canvas, self.progress, self._generator)

    def _descend(self, now: float) -> tuple[float, dict[str, float]]:
        strokes, height = self.strokes(), self.schedule.resolution(now)
        if self._layout is None or self._layout.height != height or self._index % REPLAN == 0:
            self._layout = self._view.plan(strokes, height)
        picture, variance = self._view.picture(strokes, height, self._layout)
        scene = Scene(picture, variance, strokes, self.canvas, now, self._generator)
        loss, terms = self.goal.evaluate(scene)
        self._leaves.step(loss, self.schedule.rate(now))
        return loss.item(), terms

    # What there is

    def strokes(self) -> Strokes:
        """The strokes so far, in the optimizer's graph."""
        painted = self._leaves.strokes()
        return Strokes.cat([painted, self._over]) if len(self._over) else painted

    def _dream(self, height: int) -> tuple[Tensor, Tensor]:
        mean, variance, _ = render(
            self.painter, self.strokes().detach(), Frame(self.canvas, height, program_height=self.height)
        )
        assert variance is not None
        return mean, variance

    @torch.no_grad()
    def preview(self, height: int | None = None) -> Tensor:
        """The picture so far, [3, H, W]."""
        return flatten(self._dream(self.schedule.coarse if height is None else height)[0])

    @torch.no_grad()
    def influence(self) -> Tensor:
        """[strokes] the most that each changes any pixel of the picture."""
        return self._view.influence(self.strokes().detach(), self.schedule.coarse)

    def painting(self) -> Painting:
        """The painting so far."""
        import platform

        strokes, sizes = self._leaves.settled(), self._leaves.sizes
        if self.goal.sparse and len(strokes):
            shown = self._shown()
            shown[0] |= ~shown.any()
            strokes, sizes = strokes[shown], kept(sizes, shown)
        if len(self._over):
            strokes = Strokes.cat([strokes, self._over])
        loss, terms = self._last
        provenance: dict[str, Any] = {**({"held": len(self._over)} if len(self._over) else {}),
            "wmpaint": __version__, "torch": torch.__version__, "python": platform.python_version(),
            "steps": self._index, "seconds": round(self.seconds, 3), "rounds": [size for size in sizes if size],
        }  # fmt: skip
        if self.source is not None:
            provenance["source"] = Path(self.source).name
        provenance["goal_sha256"] = self._goal_digest
        name, version = self.painter.info.name or "mypaint", self.painter.info.version
        return Painting(
            strokes=strokes.map(torch.clone),  # painting goes on in place
            canvas=self.canvas,
            brushes=(BrushRef.of(self.painter, self._weights),),
            program=name, program_version=version, program_height=self.height, seed=self.seed,
            parameters=self.parameters, terms={"loss": loss, **terms} if math.isfinite(loss) else {},
            provenance=provenance, target=self.goal.target, painters=(self.painter,),
        )  # fmt: skip

    # Going on later

    def save_checkpoint(self, path: str | Path) -> None:
        """Write the whole state, so that `resume` goes on to the same result as an unbroken run.

        Raises:
            FileError: the file cannot be written.
        """
        known = {
            "parameters": self.parameters, "seed": self.seed, "index": self._index, "rounds": self._rounds,
            "seconds": self.seconds, "loss": self._last[0], "terms": self._last[1],
            "painter": self.painter.weights_hash(),
            "canvas": [self.canvas.aspect, self.canvas.background, self.canvas.paper],
            "goal": self._goal_digest,
        }  # fmt: skip
        tensors = {"generator": self._generator.get_state(), **self._leaves.tensors()}
        if len(self._over):
            tensors |= {f"held.{name}": getattr(self._over, name) for name in RATES}
        # The binning in use was made for where strokes were then: kept, since float sums depend on its order.
        state.save(path, known, tensors, self._layout)

    @classmethod
    def resume(
        cls, path: str | Path, goal: Any, *, painter: RibbonPainter | None = None, budget: float | None = None
    ) -> Run:
        """Go on from a checkpoint, with the same goal; a budget counts from here.

        Raises:
            FileError: not a checkpoint.
            InputError: another goal or brush than it was made with.
        """
        known, tensors, layout = state.load(path)
        p = known["parameters"]
        run = cls(
            goal, brush=p["brush"], strokes=p["strokes"], height=p["height"], steps=p["steps"], seed=known["seed"],
            canvas=state.canvas_of(known), painter=painter, budget=budget, _laid=p.get("init", 0),
            hold=p.get("hold", False),
            **({name: p[name] for name in ("pens", "page", "margin", "fill")} if "pens" in p else {}),
        )  # fmt: skip
        if run._goal_digest != known["goal"]:
            raise InputError(f"expected the picture or objective that {path} was painted after, got another")
        if run.painter.weights_hash() != known["painter"]:
            raise InputError(f"expected the painter that {path} was painted with, got other weights of {p['brush']!r}")
        run._generator.set_state(tensors["generator"])
        if p.get("hold"):
            run._over = Strokes(**{name: tensors[f"held.{name}"] for name in RATES})
        if known["rounds"]:
            run._leaves.restore(tensors)
        run._layout, run.parameters = layout, p
        run._index, run._rounds, run._before = known["index"], known["rounds"], known["seconds"]
        run._last = known["loss"], known["terms"]
        return run


def _picture(goal: Any, canvas: Canvas | None, height: int) -> Tensor:  # [3, H, W]
    """A picture on the ground that is painted on, as large as a painting of this height has use for."""
    ground = None if canvas is None else canvas.background
    found = load_image(goal, background=ground or (1.0, 1.0, 1.0), most=min(GOAL, max(1024, 4 * height)))
    if isinstance(goal, str | Path) and is_plain(found):
        warnings.warn(f"{str(goal)!r} has one color everywhere: there is nothing in it to paint", stacklevel=3)
    return found


def _check_stretch(goal: Objective, canvas: Canvas) -> None:
    """Say that a picture has other proportions than the canvas that it is stretched to."""
    if goal.picture is None:
        return
    own = Canvas.like(goal.picture)
    pixel = 1 / min(goal.picture.shape[-2:])
    if abs(math.log(canvas.aspect / own.aspect)) > 0.03 + pixel:
        warnings.warn(
            f"the picture, {own.aspect:.2f} times as wide as high, is stretched to a canvas of {canvas.aspect:.2f}: "
            "crop it, or take Canvas.like(picture)", stacklevel=3,
        )  # fmt: skip
