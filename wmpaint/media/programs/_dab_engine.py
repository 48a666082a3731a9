"""What libmypaint does with a pen's events, written out in Python: `stroke(...) -> dabs [M, 7]`.

A stroke is a row of elliptical dabs. Between two events the pen moves in a straight line and
sets a dab each time enough radii, or seconds, have gone by; every dab has a place, a radius, a
hardness, an opacity and a shape, which come from the brush's curves over the pen's pressure,
filtered speed and direction, and from random numbers in libmypaint's own order.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ._random import Random
from .brush import MAX_DAB, MAX_OFFSET, Brush
from .settings import Setting, paced

__all__ = ["PacedSettings", "stroke"]

LEAST_DAB = 0.2  # radius in pixels
GRID = 256.0

Curve = Callable[[float], float]


def _curve(points: tuple[tuple[float, float], ...]) -> Curve:
    """A piecewise linear function whose end pieces go on; a vertical piece has the value of its lower end."""
    (x0, y0), (x1, y1) = points[:2]
    if len(points) == 2:
        slope = 0.0 if x0 == x1 else (y1 - y0) / (x1 - x0)
        return lambda x: y0 + slope * (x - x0)
    pieces = [(a, b, 0.0 if a == c else (d - b) / (c - a)) for (a, b), (c, d) in pairwise(points)]
    ends = [x for x, _ in points[1:-1]]

    def value(x: float) -> float:
        start, low, slope = pieces[bisect_left(ends, x)]
        return low + slope * (x - start)

    return value


@dataclass(frozen=True)
class PacedSettings:
    """A brush's settings at one pace, split into numbers and functions of the inputs."""

    base: Mapping[str, float]
    driven: tuple[tuple[str, float, tuple[tuple[str, Curve], ...]], ...]
    inputs: frozenset[str]
    noisy: bool
    offset: bool
    turned: bool  # does anything depend on the direction?

    @classmethod
    def of(cls, brush: Brush, pace: float) -> PacedSettings:
        settings: dict[str, Setting] = {**brush.settings, **paced(brush.settings, pace)}
        live = brush.inputs()
        driven, inputs = [], set()
        for name, setting in settings.items():
            curves = tuple((key, _curve(points)) for key, points in setting.curves.items())
            if curves and (name != "custom_input" or "custom" in live):
                driven.append((name, setting.base, curves))
                inputs |= set(setting.curves)
        names = set(settings)
        offset = any(brush.uses(n) for n in names if n.startswith("offset_") and n[7] in "xya")
        turned = offset or bool(inputs & {"direction", "direction_angle", "attack_angle"})
        base = {name: setting.base for name, setting in settings.items()}
        return cls(base, tuple(driven), frozenset(inputs), brush.noisy, offset, turned)


def _decay(constant: float, t: float) -> float:
    return math.exp(-t / constant) if constant > 1e-3 else 0.0


class _Pen:
    """The state of one stroke."""

    def __init__(
        self, curves: PacedSettings, radius: float, x: float, y: float, pressure: float, random: Random | None
    ):
        self.curves, self.radius, self.random = curves, radius, random
        self.value = dict(curves.base)
        self.value["radius_logarithmic"] = self.log_radius = math.log(radius)
        self.x, self.y, self.pressure = x, y, pressure
        self.actual_x, self.actual_y = x, y
        self.speed1 = self.speed2 = self.speed_x = self.speed_y = 0.0
        self.way_x = self.way_y = self.course_x = self.course_y = 0.0
        self.custom, self.stroke, self.started = 0.0, 1.0, False
        self.tilt, self.flip = 0.0, -1
        self.dab_radius = min(max(radius, LEAST_DAB), MAX_DAB)
        self.ratio, self.cos, self.sin, self.angle, self.last_angle = 0.0, 1.0, 0.0, 0.0, math.nan
        self.luck = random.next() if random else 0.0
        base = curves.base
        self.per_actual, self.per_second = base["dabs_per_actual_radius"], base["dabs_per_second"]
        self.per_pixel = base["dabs_per_basic_radius"] / min(max(radius, LEAST_DAB), MAX_DAB)
        self.gain = math.exp(base["pressure_gain_log"])
        self.gammas = tuple((math.exp(base[f"speed{k}_gamma"])) for k in (1, 2))

    def _hears(self) -> dict[str, float]:
        """The inputs that this brush listens to."""
        heard, out = self.curves.inputs, {"pressure": self.pressure * self.gain}
        for k, key, speed in ((0, "speed1", self.speed1), (1, "speed2", self.speed2)):
            if key in heard:
                knee = self.gammas[k]
                out[key] = math.log((knee + speed) / (45 + knee)) * 0.015 * (45 + knee) + 0.5
        if "random" in heard:
            out["random"] = self.luck
        if "stroke" in heard:
            out["stroke"] = min(self.stroke, 1.0)
        if "custom" in heard:
            out["custom"] = self.custom
        if self.curves.turned:
            out["direction"] = math.degrees(math.atan2(self.way_y, self.way_x)) % 180.0
            course = math.degrees(math.atan2(self.course_y, self.course_x))
            out["direction_angle"] = course % 360.0
            out["attack_angle"] = ((course + 90) % 360 + 180) % 360 - 180
        for key in heard - out.keys():
            if key in ("tilt_declination", "tilt_declinationx", "tilt_declinationy"):
                out[key] = self.tilt
            elif key in ("gridmap_x", "gridmap_y"):
                place = self.actual_x if key[-1] == "x" else self.actual_y
                size = math.exp(self.value["gridmap_scale"]) * GRID
                at = abs(place * self.value["gridmap_scale_" + key[-1]]) % size / size * GRID
                out[key] = GRID - at if place < 0 else at
            else:  # no tilt, zoom or barrel rotation
                out[key] = self.log_radius if key == "brush_radius" else 0.0
        return out

    def move(self, dabs: float, dx: float, dy: float, pressure: float, tilt: float, dt: float) -> None:
        """Go on by a part of an event, `dabs` dabs long."""
        dt = dt if dt > 0 else 1e-3
        value, base = self.value, self.curves.base
        self.x += dx
        self.y += dy
        self.pressure = max(self.pressure + pressure, 0.0)
        self.tilt += tilt
        threshold = base["stroke_threshold"]
        if not self.started and self.pressure > threshold + 1e-4:
            self.started, self.stroke = True, 0.0
        elif self.started and self.pressure <= threshold * 0.9 + 1e-4:
            self.started = False
        if self.curves.driven:
            hears = self._hears()
            for name, number, curves in self.curves.driven:
                if name == "radius_logarithmic":  # the stroke's own, not the file's
                    number = self.log_radius
                for key, curve in curves:
                    number += curve(hears[key])
                value[name] = number
        keep = _decay(value["slow_tracking_per_dab"], dabs)
        self.actual_x += (self.x - self.actual_x) * (1 - keep)
        self.actual_y += (self.y - self.actual_y) * (1 - keep)
        length = math.hypot(dx, dy)
        if "speed1" in self.curves.inputs:
            self.speed1 += (length / dt - self.speed1) * (1 - _decay(value["speed1_slowness"], dt))
        if "speed2" in self.curves.inputs:
            self.speed2 += (length / dt - self.speed2) * (1 - _decay(value["speed2_slowness"], dt))
        if value["offset_by_speed"]:
            slow = max(math.expm1(value["offset_by_speed_slowness"] * 0.01), 0.002)
            change = 1 - _decay(slow, dt)
            self.speed_x += (dx / dt - self.speed_x) * change
            self.speed_y += (dy / dt - self.speed_y) * change
        if self.curves.turned:
            change = 1 - _decay(math.expm1(value["direction_filter"] * 0.5), length)
            self.course_x += (dx - self.course_x) * change
            self.course_y += (dy - self.course_y) * change
            if dx * self.way_x + dy * self.way_y < 0:  # a line has no front and back
                dx, dy = -dx, -dy
            self.way_x += (dx - self.way_x) * change
            self.way_y += (dy - self.way_y) * change
        if "custom" in self.curves.inputs:
            self.custom += (value["custom_input"] - self.custom) * (1 - _decay(value["custom_input_slowness"], 0.1))
        if "stroke" in self.curves.inputs:
            gone = max(self.stroke + length / self.radius * math.exp(-value["stroke_duration_logarithmic"]), 0.0)
            wrap = 1 + max(value["stroke_holdtime"], 0.0)
            self.stroke = gone if gone < wrap else 1.0 if wrap > 10.9 else gone % wrap
        self.dab_radius = min(max(math.exp(min(value["radius_logarithmic"], 30.0)), LEAST_DAB), MAX_DAB)
        self.ratio = value["elliptical_dab_ratio"]
        angle = value["elliptical_dab_angle"]
        if angle != self.last_angle:  # heeded even by round dabs, whose edges are smoothed along it
            self.last_angle = angle
            self.angle = math.radians((angle + 180) % 180 - 180)
            self.cos, self.sin = math.cos(self.angle), math.sin(self.angle)

    def dabs_to(self, x: float, y: float, dt: float) -> float:
        """How many dabs lie between here and (x, y), dt seconds ahead."""
        dx, dy = x - self.x, y - self.y
        if self.ratio > 1:
            length = math.hypot((dy * self.cos - dx * self.sin) * self.ratio, dy * self.sin + dx * self.cos)
        else:
            length = math.hypot(dx, dy)
        return length / self.dab_radius * self.per_actual + length * self.per_pixel + dt * self.per_second

    def dab(self) -> tuple[float, float, float, float, float, float, float]:
        """x, y, radius, hardness, opacity, ratio and angle of the dab set here."""
        value, random = self.value, self.random
        opaque = min(max(max(value["opaque"], 0.0) * value["opaque_multiply"], 0.0), 1.0)
        if linearize := self.curves.base["opaque_linearize"]:
            per = 2 * (self.curves.base["dabs_per_actual_radius"] + self.curves.base["dabs_per_basic_radius"])
            opaque = 1 - (1 - opaque) ** (1 / (1 + linearize * (max(per, 1.0) - 1)))
        x, y, radius = self.actual_x, self.actual_y, self.dab_radius
        self.flip = -self.flip
        if self.curves.offset:
            dx, dy = self._offset()
            x, y = x + dx, y + dy
        if by_speed := value["offset_by_speed"]:
            x, y = x + self.speed_x * by_speed * 0.1, y + self.speed_y * by_speed * 0.1
        if random:
            if value["offset_by_random"]:
                spread = max(value["offset_by_random"], 0.0) * self.radius
                x += random.gauss() * spread
                y += random.gauss() * spread
            if value["radius_by_random"]:
                noise = random.gauss() * value["radius_by_random"]
                radius = min(max(math.exp(min(value["radius_logarithmic"] + noise, 30.0)), LEAST_DAB), MAX_DAB)
                opaque *= min((self.dab_radius / radius) ** 2, 1.0)
            self.luck = random.next()
        hard = min(max(value["hardness"], 0.0), 1.0)
        fade = value["anti_aliasing"]
        if radius * (1 - hard) < fade:  # a softer edge, at the same optical radius
            optical = radius - (1 - hard) * radius / 2
            hard = (optical - fade / 2) / (optical + fade / 2)
            radius = fade / (1 - hard)
        if (snap := value["snap_to_pixel"]) > 0:
            x += (math.floor(x) + 0.5 - x) * snap
            y += (math.floor(y) + 0.5 - y) * snap
            pixels = max(math.floor(radius * 2 + 0.5) / 2, 0.5) - (1e-4 if snap > 0.9999 else 0.0)
            radius += (pixels - radius) * snap
        return x, y, radius, hard, opaque, max(self.ratio, 1.0), self.angle

    def _offset(self) -> tuple[float, float]:
        """The shift of a dab off the pen: fixed, or to the sides of the stroke or of the canvas."""
        value = self.value
        dx, dy = value["offset_x"], value["offset_y"]
        turn = value["offset_angle_adj"]
        course = math.degrees(math.atan2(self.course_y, self.course_x)) - 90
        for name, angle, factor in (
            ("offset_angle", course + turn, 1),
            ("offset_angle_asc", turn, 1),
            ("offset_angle_view", -turn, 1),
            ("offset_angle_2", course + turn * self.flip, self.flip),
            ("offset_angle_2_asc", turn * self.flip, self.flip),
            ("offset_angle_2_view", -turn, self.flip),
        ):
            if size := value[name] if name.count("_2") == 0 else max(value[name], 0.0):
                dx += math.cos(math.radians(angle)) * size * factor
                dy += math.sin(math.radians(angle)) * size * factor
        scale = self.radius * math.exp(min(value["offset_multiplier"], 30.0))
        return tuple(min(max(d * scale, -MAX_OFFSET), MAX_OFFSET) for d in (dx, dy))  # type: ignore[return-value]


def stroke(
    curves: PacedSettings,
    events: list[list[float]],  # [x, y, pressure], the pen's landing first
    radius: float,  # pixels
    dtime: float,  # seconds an event
    seed: int,  # 0..2**30
    look: Callable[[Mapping[str, float], float, float], None] | None = None,
) -> np.ndarray:
    """[M, 7] float64: x, y, radius, hardness, opacity, ratio and angle (radians) of every dab that shows.

    `look` is told of each dab as it is set: the brush's values, and the radius with and without its noise.
    """
    random = Random(seed) if curves.noisy else None
    base = curves.base
    noise = radius * base["tracking_noise"]
    if not noise > 1e-3:
        noise = 0.0

    def strayed(x: float, y: float) -> tuple[float, float]:
        if random and noise:
            return x + noise * random.gauss(), y + noise * random.gauss()
        return x, y

    x0, y0, _ = events[0]
    start = strayed(x0, y0)
    pen = _Pen(curves, radius, *start, 0.0, random)
    follow = 1 - _decay(base["slow_tracking"], 100 * dtime)
    skip = skipped = 0.0
    last = x0, y0
    partial = 0.0
    dabs = []
    for x, y, pressure in events:
        left = dtime
        if skip > 1e-3:  # the noise strays once in a while, not with every event
            skip -= math.hypot(last[0] - x, last[1] - y)
            last = x, y
            skipped += dtime
            if skip > 1e-3:
                continue
            left, skip, skipped = skipped, 0.0, 0.0
        if noise:
            skip, last = 0.5 * noise, (x, y)
            x, y = strayed(x, y)
        part = follow if left == dtime else 1 - _decay(base["slow_tracking"], 100 * left)
        x, y = pen.x + (x - pen.x) * part, pen.y + (y - pen.y) * part
        todo = pen.dabs_to(x, y, left)
        while partial + todo >= 1:
            step, partial = 1 - partial, 0.0
            share = step / todo
            gone = share * left
            ahead = (share * (x - pen.x), share * (y - pen.y), share * (pressure - pen.pressure))
            pen.move(step, *ahead, share * (90 - pen.tilt), gone)
            dabs.append(pen.dab())
            if look:
                look(pen.value, dabs[-1][2], pen.dab_radius)
            left -= gone
            todo = pen.dabs_to(x, y, left)
        pen.move(todo, x - pen.x, y - pen.y, pressure - pen.pressure, 90 - pen.tilt, left)
        partial += todo
    out = np.array(dabs, np.float64).reshape(-1, 7)
    shows = (out[:, 2] >= 0.1) & (out[:, 3] > 0) & (out[:, 4] > 0)
    return out[shows]
