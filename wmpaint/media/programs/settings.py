"""What a MyPaint brush can set, which of it is a time or a length, and how far it can go.

A brush is a table of settings; each has a base value and any number of piecewise linear
curves over inputs (pressure, speed, ...), and its value is the sum of them. Names, ranges
and defaults are libmypaint 1.6's. Every brush that comes with MyPaint keeps to the ranges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["INPUTS", "SETTINGS", "TOP_SPEED", "Setting", "paced", "ranges", "speed_input", "value_bounds"]

# setting: (least, default, greatest)
SETTINGS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "opaque": (0, 1, 2),
        "opaque_multiply": (0, 0, 2),
        "opaque_linearize": (0, 0.9, 2),
        "radius_logarithmic": (-2, 2, 6),
        "hardness": (0, 0.8, 1),
        "anti_aliasing": (0, 1, 5),
        "dabs_per_basic_radius": (0, 0, 200),
        "dabs_per_actual_radius": (0, 2, 200),
        "dabs_per_second": (0, 0, 200),
        "radius_by_random": (0, 0, 1.5),
        "speed1_slowness": (0, 0.04, 0.2),
        "speed2_slowness": (0, 0.8, 3),
        "speed1_gamma": (-8, 4, 8),
        "speed2_gamma": (-8, 4, 8),
        "offset_by_random": (0, 0, 25),
        "offset_by_speed": (-3, 0, 3),
        "offset_by_speed_slowness": (0, 1, 15),
        "slow_tracking": (0, 0, 10),
        "slow_tracking_per_dab": (0, 0, 10),
        "tracking_noise": (0, 0, 12),
        "color_h": (0, 0, 1),
        "color_s": (-0.5, 0, 1.5),
        "color_v": (-0.5, 0, 1.5),
        "restore_color": (0, 0, 1),
        "change_color_h": (-2, 0, 2),
        "change_color_l": (-2, 0, 2),
        "change_color_hsl_s": (-2, 0, 2),
        "change_color_v": (-2, 0, 2),
        "change_color_hsv_s": (-2, 0, 2),
        "smudge": (0, 0, 1),
        "smudge_length": (0, 0.5, 1),
        "smudge_radius_log": (-1.6, 0, 1.6),
        "eraser": (0, 0, 1),
        "stroke_threshold": (0, 0, 0.5),
        "stroke_duration_logarithmic": (-1, 4, 14),
        "stroke_holdtime": (0, 0, 10),
        "custom_input": (-5, 0, 5),
        "custom_input_slowness": (0, 0, 10),
        "elliptical_dab_ratio": (1, 1, 10),
        "elliptical_dab_angle": (0, 90, 180),
        "direction_filter": (0, 2, 10),
        "lock_alpha": (0, 0, 1),
        "colorize": (0, 0, 1),
        "snap_to_pixel": (0, 0, 1),
        "pressure_gain_log": (-1.8, 0, 1.8),
        "gridmap_scale": (-10, 0, 10),
        "gridmap_scale_x": (0, 1, 10),
        "gridmap_scale_y": (0, 1, 10),
        "smudge_length_log": (0, 0, 20),
        "smudge_bucket": (0, 0, 255),
        "smudge_transparency": (-1, 0, 1),
        "offset_y": (-40, 0, 40),
        "offset_x": (-40, 0, 40),
        "offset_angle": (-40, 0, 40),
        "offset_angle_asc": (-40, 0, 40),
        "offset_angle_view": (-40, 0, 40),
        "offset_angle_2": (0, 0, 40),
        "offset_angle_2_asc": (0, 0, 40),
        "offset_angle_2_view": (0, 0, 40),
        "offset_angle_adj": (-180, 0, 180),
        "offset_multiplier": (-2, 0, 3),
        "posterize": (0, 0, 1),
        "posterize_num": (0.01, 0.05, 1.28),
        "paint_mode": (0, 1, 1),
    }
)

# input: the values that it can take here, without tilt, zoom and rotation. The ranges of
# pressure, speed1, speed2 and custom depend on the brush: see `ranges`.
INPUTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "pressure": (0, 1),
        "speed1": (-4, 12),
        "speed2": (-4, 12),
        "random": (0, 1),
        "stroke": (0, 1),
        "direction": (0, 180),
        "tilt_declination": (0, 90),
        "tilt_ascension": (-180, 180),
        "custom": (0, 0),
        "direction_angle": (0, 360),
        "attack_angle": (-180, 180),
        "tilt_declinationx": (0, 90),
        "tilt_declinationy": (0, 90),
        "gridmap_x": (0, 256),
        "gridmap_y": (0, 256),
        "viewzoom": (0, 0),
        "barrel_rotation": (-180, 360),
        "brush_radius": (-2, 7),
    }
)
TOP_SPEED = 1e7  # pixels per second at pace 1; 64 canvas heights out and back make 40,000


@dataclass(frozen=True)
class Setting:
    """One setting of a brush: base value, and curves {input: ((x, y), ...)} that add to it."""

    base: float
    curves: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    @property
    def constant(self) -> bool:
        return not self.curves

    def scaled(self, factor: float) -> Setting:
        """The same setting with every value multiplied."""
        curves = {key: tuple((x, y * factor) for x, y in points) for key, points in self.curves.items()}
        return Setting(self.base * factor, curves)


def _curve(points: tuple[tuple[float, float], ...], x: float) -> float:
    """A curve's value. Its end pieces go on in a straight line, as they do in libmypaint."""
    k = 1
    while k < len(points) - 1 and x > points[k][0]:
        k += 1
    (x0, y0), (x1, y1) = points[k - 1], points[k]
    return y0 if x0 == x1 or y0 == y1 else (y1 * (x - x0) + y0 * (x1 - x)) / (x1 - x0)


def value_bounds(setting: Setting, inputs: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """The least and the greatest value of a setting, each input within its range."""
    low = high = setting.base
    for key, points in setting.curves.items():
        ends = inputs[key]
        values = [_curve(points, x) for x in ends]
        values += [y for x, y in points if ends[0] < x < ends[1]]
        low, high = low + min(values), high + max(values)
    return low, high


def speed_input(gamma: float, speed: float) -> float:
    """What a brush hears of a speed in pixels per second: a logarithm with value 0.5 and slope 0.015 at 45."""
    knee = math.exp(gamma)
    slope = 0.015 * (45 + knee)
    return math.log((knee + speed) / (45 + knee)) * slope + 0.5


def ranges(settings: Mapping[str, Setting], speed: float = TOP_SPEED) -> dict[str, tuple[float, float]] | None:
    """The inputs' ranges for one brush up to a pen's speed; None where its custom input feeds on itself without end."""
    out = dict(INPUTS)
    out["pressure"] = (0.0, math.exp(settings["pressure_gain_log"].base))
    for name in ("speed1", "speed2"):
        gamma = settings[f"{name}_gamma"].base
        out[name] = (speed_input(gamma, 0.0), speed_input(gamma, speed))
    for _ in range(200):  # the custom input may hear itself, but must not grow by that without end
        low, high = value_bounds(settings["custom_input"], out)
        last, out["custom"] = out["custom"], (min(low, 0.0), max(high, 0.0))
        if all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(last, out["custom"], strict=True)):
            return out
    return None


def _stretch(value: float, factor: float, rate: float, least: float = 0.0) -> float:
    """The setting s' whose constant `exp(s' rate) - 1` is `factor` times that of s."""
    return math.log1p(factor * max(math.expm1(value * rate), least)) / rate


def paced(settings: Mapping[str, Setting], pace: float) -> dict[str, Setting]:
    """The settings that change where pictures are `pace` times as large and strokes last `pace` times as long.

    Sources: libmypaint's documentation of each setting. Speed is in pixels per second, so it is
    the same at every pace. Times, in seconds: speed1_slowness, speed2_slowness; in hundredths of
    a second: slow_tracking; as exp(s / 100) - 1: offset_by_speed_slowness (at least 0.002).
    Rates per second: dabs_per_second. Lengths in pixels: offset_by_speed (pixels per speed),
    direction_filter as exp(s / 2) - 1; as logarithms: gridmap_scale and the input brush_radius.
    What is measured in dabs or in radii needs no change: slow_tracking_per_dab,
    custom_input_slowness (0.1 s a dab), stroke_duration_logarithmic, offset_by_random,
    tracking_noise. Curves of direction_filter and offset_by_speed_slowness are left alone,
    which is exact only where they are constant.
    """
    out: dict[str, Setting] = {}
    if pace == 1.0:
        return out
    for name in ("speed1_slowness", "speed2_slowness", "slow_tracking", "offset_by_speed"):
        out[name] = settings[name].scaled(pace)
    rate = settings["dabs_per_second"]
    out["dabs_per_second"] = rate.scaled(1 / pace)
    s = settings["direction_filter"]
    out["direction_filter"] = Setting(_stretch(s.base, pace, 0.5), s.curves)
    s = settings["offset_by_speed_slowness"]
    out["offset_by_speed_slowness"] = Setting(_stretch(s.base, pace, 0.01, 0.002), s.curves)
    s = settings["gridmap_scale"]
    out["gridmap_scale"] = Setting(s.base + math.log(pace), s.curves)
    for name, setting in settings.items():  # the radius that a brush hears of is in pixels
        if "brush_radius" in setting.curves:
            s = out.get(name, setting)
            points = tuple((x + math.log(pace), y) for x, y in s.curves["brush_radius"])
            out[name] = Setting(s.base, {**s.curves, "brush_radius": points})
    return out
