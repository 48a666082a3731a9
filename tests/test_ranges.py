"""Every number that can be given, at both ends of its range: the ends are taken, what lies just beyond is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from flat import many
from works import painting

import wmpaint as wp
from wmpaint.agents.config import AgentConfig
from wmpaint.agents.lessons import LossWeights
from wmpaint.cli.common import parse_duration
from wmpaint.data.base import MAX_SIDE, check_side
from wmpaint.demo.limits import Limits
from wmpaint.errors import FileError, InputError
from wmpaint.export.film import write_film
from wmpaint.export.pictures import write_webp
from wmpaint.export.plotter import Machine, Order, Speeds
from wmpaint.export.svg.write import svg_text
from wmpaint.export.view import picture_size
from wmpaint.frame import Frame
from wmpaint.media.ribbon.ribbon import RibbonConfig
from wmpaint.objectives import presets
from wmpaint.painting.schedule import Schedule
from wmpaint.painting.video import VideoRun
from wmpaint.painting.video.reading import open_film
from wmpaint.pens import MOST_PENS, Pen, PenSet, Placement
from wmpaint.units import length, page_size

MOST_SEED = (1 << 63) - 1
GRAY = torch.full((3, 32, 32), 0.5)


@dataclass(frozen=True)
class Range:
    """How a number is given, and its ends, which are in the range unless they are said to be open.

    None is no end. Steps beyond an end are the smallest there are: of ints 1, and of floats the next one, which is the
    next of 32 bits where it is `single`. `counted` is what no caller gives but as a whole number.
    """

    name: str
    give: Callable[[Any], Any]
    least: float | None
    most: float | None
    low_open: bool = False
    high_open: bool = False
    single: bool = False
    counted: bool = False

    def taken(self) -> list[Any]:
        low = [] if self.least is None else [self.beyond(self.least, 1) if self.low_open else self.least]
        high = [] if self.most is None else [self.beyond(self.most, -1) if self.high_open else self.most]
        return low + high

    def refused(self) -> list[Any]:
        low = [] if self.least is None else [self.least if self.low_open else self.beyond(self.least, -1)]
        high = [] if self.most is None else [self.most if self.high_open else self.beyond(self.most, 1)]
        return low + high

    def beyond(self, end: float, way: int) -> float:
        if isinstance(end, int):
            return end + way
        kind = np.float32 if self.single else np.float64
        return float(np.nextafter(kind(end), kind(way * np.inf)))


def agent(**how: Any) -> AgentConfig:
    return AgentConfig(**how)


def pen(**how: Any) -> Pen:
    return Pen(**{"name": "a", "color": (0.0, 0.0, 0.0), **how})


def stroke(**how: Any) -> wp.Strokes:
    """One stroke with a value in place of all of one column's."""
    name, value = next(iter(how.items()))
    strokes = many(1)
    return strokes.replace(**{name: torch.full_like(getattr(strokes, name), value)}).check()


def run(**how: Any) -> wp.Run:
    return wp.Run(GRAY, **{"brush": "round", "strokes": 4, "height": 16, "steps": 2, **how})


def plot(**how: Any) -> Any:
    return wp.plotter.plan(many(2), canvas=wp.Canvas(), **{"pens": "black", "fill": "center", **how})


def alpha(**how: Any) -> Any:
    """A dot in the corner of a strip of one pixel by any number."""
    dot = [[0.5, 0.5]] * 3
    return wp.Dabs("round").alpha(dot, 0.4, [1, 1], **{"height": 1, "width": 1, "seed": 0, **how})


def video(**how: Any) -> VideoRun:
    return VideoRun([], **{"brush": "round", "strokes": 4, "height": 16, **how})


def film(**how: Any) -> None:
    with open_film(FRAMES, **how):
        pass


FRAMES = Path(__file__).parent.parent / "examples" / "no such folder"  # numbers are looked at first
NOWHERE = FRAMES / "a.webp"
RANGES = [
    Range("canvas: aspect", lambda v: wp.Canvas(v), 1 / 64, 64.0),
    Range("canvas: background", lambda v: wp.Canvas(1.0, (v, 0.5, 0.5)), 0.0, 1.0),
    Range("canvas: blue of the background", lambda v: wp.Canvas(1.0, (0.5, 0.5, v)), 0.0, 1.0),
    Range("canvas: paper", lambda v: wp.Canvas(paper=(v, 100.0)), 0.0, 10_000.0, low_open=True),
    Range("canvas: height", lambda v: wp.Canvas().pixels(v), 1, None),
    Range("strokes: points", lambda v: stroke(points=v), -64.0, 64.0, single=True),
    Range("strokes: pressure", lambda v: stroke(pressure=v), 0.0, 1.0, single=True),
    Range("strokes: color", lambda v: stroke(color=v), 0.0, 1.0, single=True),
    Range("units: a length", lambda v: length(v), -10_000.0, 10_000.0),
    Range("units: a page's side", lambda v: page_size((v, 100.0)), 0.0, 10_000.0, low_open=True),
    Range("plotter: margin", lambda v: Placement.of(wp.Canvas(), (100.0, 100.0), None, v), 0.0, 49.5, high_open=True),
    Range("run: strokes", lambda v: run(strokes=v), 1, None),
    Range("run: steps", lambda v: run(steps=v), 1, None),
    Range("run: height", lambda v: run(height=v), 1, None),
    Range("run: seed", lambda v: run(seed=v), 0, MOST_SEED),
    Range("run: budget", lambda v: run(budget=v), 0.0, None, low_open=True),
    Range("schedule: strokes", lambda v: Schedule.plan(v, 64, 1.0), 1, None, counted=True),
    Range("schedule: steps", lambda v: Schedule.plan(8, 64, 1.0, v), 1, None, counted=True),
    Range("program: seed", lambda v: wp.Dabs("round", v), 0, MOST_SEED),
    Range("program: height", lambda v: alpha(height=v), 1, 16_384),
    Range("program: width", lambda v: alpha(width=v), 1, 16_384),
    Range("frame: height", lambda v: Frame(wp.Canvas(1 / 64), v), 1, None),
    Range("ribbon: body", lambda v: RibbonConfig(body=v), 2, 512),
    Range("ribbon: caps", lambda v: RibbonConfig(caps=v), 1, 512),
    Range("ribbon: hidden", lambda v: RibbonConfig(hidden=v), 2, 512),
    Range("ribbon: sharp", lambda v: RibbonConfig(sharp=v), 0.0, 1.0),
    Range("ribbon: ellipse", lambda v: RibbonConfig(ellipse=(2.0, v)), -360.0, 360.0),
    Range("agent: strokes", lambda v: agent(strokes=v), 1, 10_000),
    Range("agent: per look", lambda v: agent(per_look=v, strokes=10_000), 1, 256),
    Range("agent: width", lambda v: agent(width=v), 4, 256),
    Range("agent: hidden", lambda v: agent(hidden=v), 8, 2048),
    Range("agent: program height", lambda v: agent(program_height=v), 16, 16_384),
    Range("agent: reach", lambda v: agent(reach=v), 0.1, 2.0),
    Range("agent: ink", lambda v: agent(ink=(v, 0.5, 0.5)), 0.0, 1.0),
    Range("agent: ground", lambda v: agent(ground=(0.5, 0.5, v)), 0.0, 1.0),
    Range("agent: firmest pressure", lambda v: agent(pressure=(0.4, v)), 0.4, 1.0, low_open=True),
    Range("agent: smallest radius", lambda v: agent(radius=(v, 0.5)), 0.0, 0.5, low_open=True, high_open=True),
    Range("data: side", check_side, 1, MAX_SIDE),
    Range("film: hold", lambda v: write_film(NOWHERE, painting(program_height=8), hold=v), 0.0, 3600.0),
    Range("film: fps", lambda v: write_film(NOWHERE, painting(program_height=8), fps=v), 1.0, 60.0),
    Range("picture: quality", lambda v: write_webp(NOWHERE, painting(program_height=8), quality=v), 0.0, 100.0),
    Range("picture: dpi", lambda v: picture_size(painting(program_height=8), None, v), 1.0, 100_000.0),
    Range("svg: seconds", lambda v: svg_text(many(2), wp.Canvas(), animate=True, seconds=v), 0.0, 3600.0,
          low_open=True),
    Range("pen: width", lambda v: pen(width=v), 0.01, 100.0),
    Range("pen: opacity", lambda v: pen(opacity=v), 0.05, 1.0),
    Range("pen: angle", lambda v: pen(angle=v), -360.0, 360.0),
    Range("pen: speed", lambda v: pen(speed=v), 1, 110),
    Range("pen: height", lambda v: pen(height=v), 0, 100),
    Range("pen: delay", lambda v: pen(delay=v), 0, 60_000),
    Range("pens", lambda v: PenSet(tuple(pen(name=str(k)) for k in range(v))), 1, MOST_PENS, counted=True),
    Range("plotter: speed down", lambda v: Speeds(down=v), 0.0, 1e6, low_open=True, high_open=True),
    Range("plotter: speed up", lambda v: Speeds(up=v), 0.0, 1e6, low_open=True, high_open=True),
    Range("plotter: lift", lambda v: Speeds(lift=v), 0.0, 1e6, high_open=True),
    Range("plotter: passes", lambda v: Order(passes=v), 1, 20),
    Range("plotter: merge", lambda v: Order(merge=v), 0.0, 10_000.0),
    Range("plotter: simplify", lambda v: Order(simplify=v), 0.0, 10_000.0),
    Range("plotter: feed", lambda v: Machine(up="U", down="D", feed=v), 0.001, 1e6, high_open=True),
    Range("plotter: hide", lambda v: plot(hide=v), 0.0, 1.0),
    Range("plotter: overlap", lambda v: plot(overlap=v), 0.0, 0.9),
    Range("plotter: seed", lambda v: plot(seed=v), 0, MOST_SEED),
    Range("objective: lengths' low", lambda v: wp.objectives.lengths(low=v), 0.0, None, low_open=True),
    Range("objective: pressures' high", lambda v: wp.objectives.pressures(high=v), 0.0, 1.0, low_open=True),
    Range("objective: margin", lambda v: wp.objectives.boundary(v), 0.0, 0.5),
    Range("objective: ink", lambda v: wp.ink(v), 0.0, None),
    Range("objective: scale of lines", lambda v: wp.align(GRAY, scale=v), 0.003, 0.5),
    Range("objective: hardness", lambda v: wp.palette(["black"], hardness=v), 1.0, math.inf, high_open=True),
    Range("objective: colors", lambda v: wp.palette(v, picture=GRAY), 1, 256),
    Range("objective: a color", lambda v: wp.palette([(v, 0.5, 0.5)]), 0.0, 1.0),
    Range("style: weight", lambda v: presets.transfer(GRAY, [GRAY], net(), weight=v), 0.0, None),
    Range("style: scale", lambda v: wp.style(torch.rand(3, 64, 64), net(), scale=v), 0.05, None),
    Range("dream: views", lambda v: wp.dream(net(), layer="block2", views=v), 1, 256),
    Range("dream: octaves", lambda v: presets.layer_dream("block2", [net()], octaves=v), 1, 8),
    Range("dream: keep", lambda v: presets.layer_dream("block2", [net()], keep=v), 0.0, None),
    Range("dream: class", lambda v: wp.class_dream(v, [net()]), 0, 999),
    Range("films: fps", lambda v: film(fps=v), 1.0, 60.0),
    Range("films: limit", lambda v: film(limit=v), 1, 100_000),
    Range("video: steps", lambda v: video(steps=v), 1, None),
    Range("video: still", lambda v: video(still=v), 0.0, 255.0),
    Range("command line: a time", lambda v: parse_duration(f"{v:.1080f}"), 0.0, 1e7, low_open=True, high_open=True),
    *(Range(f"page: limit of {f.name}", lambda v, n=f.name: Limits(**{n: v}), 1, None) for f in fields(Limits)),
    *(Range(f"agent: weight of {f.name}", lambda v, n=f.name: LossWeights(**{n: v}), 0.0, math.inf, high_open=True)
      for f in fields(LossWeights)),
]  # fmt: skip


def net() -> Any:
    return wp.features.load("lite0")


@pytest.mark.parametrize("range_", RANGES, ids=lambda range_: range_.name)
def test_ends_are_taken_and_what_lies_beyond_is_not(range_: Range) -> None:
    for value in range_.taken():
        try:
            range_.give(value)
        except FileError:  # of what is looked at only after the numbers
            pass
        except InputError as error:
            pytest.fail(f"{range_.name} of {value!r} was refused: {error}")
    for value in range_.refused():
        with pytest.raises(InputError):
            range_.give(value)
            pytest.fail(f"{range_.name} of {value!r} was taken")
    assert range_.taken() and range_.refused()


@pytest.mark.parametrize("range_", [r for r in RANGES if not r.counted], ids=lambda range_: range_.name)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_refused(range_: Range, value: float) -> None:
    if range_.most is None and value == math.inf and isinstance(range_.least, float):
        assert range_.taken()  # as far as anybody likes
        return
    with pytest.raises(InputError):
        range_.give(value)
