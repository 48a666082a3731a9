"""Brushes: MyPaint's .myb files, read and checked. `Brush.load(name, path or bytes) -> Brush`."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ... import checks
from ...errors import BrushError, FileError, clipped
from ...explain import explained
from ...foreign import LIMITS, json_value, read_bytes
from .settings import INPUTS, SETTINGS, TOP_SPEED, Setting, _curve, ranges, speed_input, value_bounds

__all__ = ["Brush", "bundled", "catalog"]

FOLDER = Path(__file__).with_name("brushes")
MAX_POINTS = 64  # of one curve, in libmypaint
# Where MyPaint's own brushes lie, for names like "classic/charcoal".
SYSTEM_FOLDERS = (
    "/usr/share/mypaint-data/1.0/brushes",
    "/usr/share/mypaint-data/2.0/brushes",
    "/usr/local/share/mypaint-data/1.0/brushes",
    "/usr/local/share/mypaint-data/2.0/brushes",
    "/opt/homebrew/share/mypaint-data/1.0/brushes",
    "/opt/homebrew/share/mypaint-data/2.0/brushes",
    "/opt/local/share/mypaint-data/1.0/brushes",
)
_COLOR = tuple(name for name in SETTINGS if name.startswith("change_color_"))
_OFFSETS = ("offset_x", "offset_y", *(n for n in SETTINGS if n.startswith("offset_angle") and n[-3:] != "adj"))
MAX_OFFSET = 3240.0  # pixels, in libmypaint
MAX_DAB = 1000.0  # a dab's radius in pixels, in libmypaint
_DIRECTION = frozenset({"direction", "direction_angle", "attack_angle"})
_POSITION = frozenset({"gridmap_x", "gridmap_y"})
# Settings that a stroke's alpha does not depend on.
_NO_ALPHA = {"color_h", "color_s", "color_v", "restore_color", "posterize", "posterize_num", "paint_mode"} | set(_COLOR)
_SMUDGE = {name for name in SETTINGS if name.startswith("smudge")}


@functools.cache
def catalog() -> Mapping[str, Mapping[str, Any]]:
    """The bundled brushes: name -> title, kind, author, source, license, description, noise."""
    return MappingProxyType(json.loads((FOLDER / "brushes.json").read_text(encoding="utf-8")))


def bundled() -> list[str]:
    """Names of the bundled brushes, in the order in which they are listed."""
    return list(catalog())


@dataclass(frozen=True)
class Brush:
    """A MyPaint brush (a .myb file, version 3), checked so that no paint program can choke on it.

    Args:
        name: short name: a bundled one, MyPaint's ("classic/charcoal"), or the file's.
        data: the file's bytes.
        title: the name to show.
        kind: paint, wet, ink or dry for bundled brushes, else "other".
        author: who made it, if known.

    Raises:
        BrushError: `data` is not a version 3 brush, or holds values that no brush has.
    """

    name: str
    data: bytes = field(repr=False)
    title: str = ""
    kind: str = "other"
    author: str = ""
    hash: str = field(init=False, compare=False)
    settings: Mapping[str, Setting] = field(init=False, repr=False, compare=False)
    ignored: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        settings, ignored = _parse(self.name, self.data)
        object.__setattr__(self, "settings", MappingProxyType(settings))
        object.__setattr__(self, "ignored", ignored)
        object.__setattr__(self, "hash", hashlib.sha256(self.data).hexdigest())
        object.__setattr__(self, "title", str(self.title or self.name))
        _check_reach(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Brush, (self.name, self.data, self.title, self.kind, self.author)

    @classmethod
    @explained
    def load(cls, brush: Brush | str | os.PathLike[str] | bytes) -> Brush:
        """A brush from a bundled name ("ink", "mypaint/ink"), a .myb path, one of MyPaint's names, or a file's bytes.

        Raises:
            BrushError: there is no such brush (with the nearest names), or it is broken.
        """
        if isinstance(brush, Brush):
            return brush
        if isinstance(brush, bytes):
            return cls("brush", brush)
        if not isinstance(brush, str | os.PathLike):
            raise BrushError(f"expected a brush's name, path or bytes, got {type(brush).__name__}")
        text = os.fspath(brush)
        if not isinstance(text, str) or "\0" in text or not text.strip():
            raise BrushError(f"expected a brush's name or path, got {text!r}")
        if text.removeprefix("mypaint/") in catalog():
            text = text.removeprefix("mypaint/")
            entry = catalog()[text]
            data = _read(FOLDER / f"{text}.myb")
            return cls(text, data, entry["title"], entry["kind"], entry["author"])
        path = Path(text)
        if path.suffix == ".myb" or _is_file(path):
            return cls(path.stem, _read(path))
        found = _system(text)
        if found is not None:
            return cls(text, _read(found), title=found.stem)
        near = checks.near(text, [*bundled(), *_system_names()], cutoff=0.5)
        hint = f", did you mean {' or '.join(near)}?" if near else f", the bundled ones are {', '.join(bundled())}"
        raise BrushError(f"expected the name of a brush or a .myb file, got {text[:80]!r}{hint}")

    @property
    def is_bundled(self) -> bool:
        """Is this the bundled brush of its name, to the byte?"""
        return self.name in catalog() and self.hash == Brush.load(self.name).hash

    def uses(self, setting: str) -> bool:
        """Is the setting other than zero, or driven by an input?"""
        if setting not in SETTINGS:
            raise BrushError(f"expected the name of a brush setting, got {setting!r}")
        value = self.settings[setting]
        return value.base != 0 or not value.constant

    @functools.lru_cache(maxsize=1024)  # noqa: B019  (brushes are few, small and compared by value)
    def bounds(self, setting: str, speed: float = TOP_SPEED) -> tuple[float, float]:
        """The least and greatest value that a setting can take, for pens of up to `speed` pixels per second."""
        return value_bounds(self.settings[setting], self._ranges(speed))

    @functools.lru_cache(maxsize=64)  # noqa: B019
    def _ranges(self, speed: float) -> Mapping[str, tuple[float, float]]:
        found = ranges(self.settings, speed)
        if found is None:
            raise BrushError(f"expected a custom_input that settles in brush {self.name}, got one that feeds on itself")
        return found

    def reach(self, radius: float, speed: float = TOP_SPEED, pace: float = 1.0) -> tuple[float, float]:
        """How far from the pen's path dabs can lie, and how large they can be, both in pixels.

        Gaussian random numbers are sums of four uniform ones in libmypaint, so they end at 3.47.
        """

        def most(name: str) -> float:
            return max(abs(value) for value in self.bounds(name, speed))

        grow = self.bounds("radius_logarithmic", speed)[1] - self.settings["radius_logarithmic"].base
        dab = math.exp(min(grow + 3.47 * most("radius_by_random"), 30.0)) * radius
        jitter = max(self.bounds("offset_by_random", speed)[1], 0.0) + self.settings["tracking_noise"].base
        shift = sum(most(name) for name in _OFFSETS) * math.exp(min(self.bounds("offset_multiplier", speed)[1], 30.0))
        away = 3.47 * math.sqrt(2) * jitter * radius + math.sqrt(2) * min(shift * radius, MAX_OFFSET)
        return away + 0.1 * pace * speed * most("offset_by_speed"), min(max(dab, 0.2), MAX_DAB)

    @functools.cached_property
    def extent(self) -> tuple[float, float, float]:
        """In units of a stroke's radius: a dab's distance from the pen at most (without offset_by_speed),
        and a dab's radius at least and at most."""
        base = self.settings["radius_logarithmic"].base
        low, high = self.bounds("radius_logarithmic")
        noise = 3.47 * max(abs(value) for value in self.bounds("radius_by_random"))
        least, most = (math.exp(min(max(x, -30.0), 30.0)) for x in (low - base - noise, high - base + noise))
        return self.reach(1.0, pace=0.0)[0], least, most

    @property
    def ellipse(self) -> tuple[float, float] | None:
        """Ratio and angle (degrees) of dabs that are elliptical and keep their angle; None for all others."""
        ratio, angle = self.settings["elliptical_dab_ratio"], self.settings["elliptical_dab_angle"]
        return (ratio.base, angle.base) if ratio.constant and angle.constant and ratio.base > 1 else None

    def dabs_per_radius(self, pressure: float, speed: float = 0.0) -> float:
        """Dabs laid while the pen moves by one base radius, at a steady pressure and speed (pixels per second),
        all other inputs at rest; of elliptical dabs, along their long axis."""
        inputs = {f"speed{k}": speed_input(self.settings[f"speed{k}_gamma"].base, speed) for k in (1, 2)}
        inputs["pressure"] = pressure * math.exp(self.settings["pressure_gain_log"].base)

        def value(name: str) -> float:
            setting = self.settings[name]
            return setting.base + sum(_curve(c, inputs[key]) for key, c in setting.curves.items() if key in inputs)

        grow = value("radius_logarithmic") - self.settings["radius_logarithmic"].base
        actual = value("dabs_per_actual_radius") * math.exp(-min(max(grow, -8.0), 8.0))
        return max(0.0, actual) + max(0.0, value("dabs_per_basic_radius"))

    def inputs(self) -> frozenset[str]:
        """The inputs on which a stroke's alpha depends: pressure, speed1, random, direction, ..."""
        idle = set(_NO_ALPHA)
        if self.bounds("smudge")[1] <= 0:
            idle |= _SMUDGE
        if self.bounds("elliptical_dab_ratio")[1] <= 1:
            idle |= {"elliptical_dab_angle", "elliptical_dab_ratio"}
        used = {key for name, s in self.settings.items() if name not in idle | {"custom_input"} for key in s.curves}
        if "custom" in used:
            used |= set(self.settings["custom_input"].curves)
        return frozenset(used)

    @property
    def noisy(self) -> bool:
        """Does the same stroke come out differently with another seed?"""
        random = any(self.bounds(n)[1] > 0 for n in ("offset_by_random", "tracking_noise"))
        return random or self.uses("radius_by_random") or "random" in self.inputs()

    @property
    def follows_direction(self) -> bool:
        """Does a stroke turned by an angle come out other than turned by that angle, or heed where it heads?"""
        shaped = self.bounds("elliptical_dab_ratio")[1] > 1 or any(self.uses(n) for n in _OFFSETS)
        return shaped or bool(self.inputs() & _DIRECTION)

    @property
    def listens_to_time(self) -> bool:
        """Does a stroke drawn faster or slower come out differently?"""
        timed = ("dabs_per_second", "slow_tracking", "offset_by_speed")
        return any(self.uses(n) for n in timed) or bool(self.inputs() & {"speed1", "speed2"})

    def obstacles(self) -> list[str]:
        """Why a stroke is not one color behind one alpha; empty where it is.

        Each names a setting: "smudge 0.8", "eraser driven by pressure", "opaque driven by gridmap_x".
        """
        reasons = []
        for name in ("smudge", "eraser", "lock_alpha", "colorize", *_COLOR):
            low, high = self.bounds(name)
            if high > 0 or (name in _COLOR and low < 0):
                setting = self.settings[name]
                reasons.append(
                    f"{name} {setting.base:g}"
                    if setting.constant
                    else f"{name} driven by {' and '.join(sorted(setting.curves))}"
                )
        for name, setting in self.settings.items():
            placed = sorted(set(setting.curves) & _POSITION)
            if placed and name not in _NO_ALPHA:
                reasons.append(f"{name} driven by {' and '.join(placed)}")
        return reasons

    @property
    def plain(self) -> bool:
        """One color a stroke and nothing read from the canvas, so that alpha is all there is to learn."""
        return not self.obstacles()

    def require_plain(self) -> Brush:
        """This brush, or a BrushError that names the settings which no painter can imitate."""
        reasons = self.obstacles()
        if reasons:
            raise BrushError(
                f"expected a brush that lays one color a stroke, got {self.name} with {', '.join(reasons)}"
            )
        return self


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or that no file system takes
        return False


def _read(path: Path) -> bytes:
    try:
        return read_bytes(path, LIMITS["brush"])
    except FileError as error:
        raise BrushError(str(error)) from error


def _folders() -> list[Path]:
    own = os.environ.get("MYPAINT_BRUSHES")
    return [Path(folder) for folder in ([own] if own else []) + list(SYSTEM_FOLDERS)]


def _system(name: str) -> Path | None:
    parts = Path(name).parts
    if Path(name).is_absolute() or ".." in parts:
        return None
    return next((p for folder in _folders() if _is_file(p := folder / f"{name}.myb")), None)


def _system_names() -> list[str]:
    found = {p.relative_to(f).with_suffix("").as_posix() for f in _folders() if f.is_dir() for p in f.glob("*/*.myb")}
    return sorted(found)


def _parse(name: str, data: bytes) -> tuple[dict[str, Setting], tuple[str, ...]]:
    """Every setting, defaults filled in, and the names of what is unknown and left out."""

    limit, name = LIMITS["brush"], clipped(name, 80)
    if len(data) > limit.bytes:
        raise BrushError(f"expected a brush file of at most {limit.bytes} bytes, got {name} with more")
    if other := _other(data):
        raise BrushError(f"expected a version 3 MyPaint brush, got {name}, which is {other}")
    try:
        brush = json_value(data, limit, name)
    except FileError as error:
        raise BrushError(str(error)) from error
    version = brush.get("version") if isinstance(brush, dict) else None
    if version != 3 or isinstance(version, bool | float):
        raise BrushError(f"expected a version 3 MyPaint brush, got {name} with version {version!r:.20}")
    table = brush.get("settings")
    if not isinstance(table, dict):
        raise BrushError(f"expected settings in brush {name}, got {type(table).__name__}")
    if not set(table) & set(SETTINGS):
        raise BrushError(f"expected settings that MyPaint knows in brush {name}, got none")
    ignored = [str(key)[:40] for key in table if key not in SETTINGS]
    settings = {}
    for key, (low, default, high) in SETTINGS.items():
        curves: dict[str, tuple[tuple[float, float], ...]] = {}
        if key not in table:
            if key == "opaque_multiply":  # libmypaint's default is not constant
                curves["pressure"] = ((0.0, 0.0), (1.0, 1.0))
            settings[key] = Setting(float(default), curves)
            continue
        value = table[key]
        if not isinstance(value, dict) or not isinstance(value.get("inputs"), dict):
            raise BrushError(f"expected a base_value and inputs for {key} in brush {name}, got {str(value)[:40]!r}")
        base = _number(value.get("base_value"), low, high, f"base_value of {key} in brush {name}")
        for source, points in value["inputs"].items():
            if source in INPUTS:
                if points != []:
                    curves[source] = _points(points, source, high - low, f"{key} over {source} in brush {name}")
            elif points:
                ignored.append(f"{key} over {source[:40]}")
        settings[key] = Setting(base, curves)
    return settings, tuple(ignored)


# How files begin that people take for MyPaint's brushes, and what to do with them.
_ONLY = "wmpaint reads MyPaint's .myb files alone"
_OTHERS = (
    (rb"\s*+(?:#[^\n]*+\n\s*+)*+version\s+[12]\b", "of an older version: load it in MyPaint 1.2 or later, and save it"),
    (rb"(?s).{20}(?:GIMP|GPAT)|[^\n]{1,255}\n\d+ [^\n]{0,999}\n.{20}GIMP|GIMP-VBR", f"a brush of GIMP's: {_ONLY}"),
    (rb"\0[\x01\x02\x06-\x0a]\0", f"a set of Photoshop's brushes (.abr): {_ONLY}"),
    (rb"(?s)\x89PNG\r\n\x1a\n.*(?:preset|krita)", f"a preset of Krita's (.kpp): {_ONLY}"),
    (rb"(?s)PK\x03\x04.{0,4000}?(?:krita|\.kpp)", f"a bundle of Krita's: {_ONLY}"),
    (rb"PK\x03\x04", "an archive: unpack it, and take a .myb file"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF|II\*\0|MM\0\*", f"a picture: {_ONLY}"),
)


def _other(data: bytes) -> str | None:
    """What a file is that is no JSON, if that can be told."""
    return next((what for begins, what in _OTHERS if re.match(begins, data)), None)


def _number(value: Any, low: float, high: float, what: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        slack = 1e-3 * (high - low)
        if low - slack <= value <= high + slack:
            return float(value)
    raise BrushError(f"expected {low:g} to {high:g} as {what}, got {str(value)[:40]}")


def _points(points: Any, source: str, span: float, what: str) -> tuple[tuple[float, float], ...]:
    if not isinstance(points, list) or not 2 <= len(points) <= MAX_POINTS:
        raise BrushError(f"expected 2 to {MAX_POINTS} points for {what}, got {str(points)[:40]}")
    out: list[tuple[float, float]] = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise BrushError(f"expected points [x, y] for {what}, got {str(point)[:40]}")
        x = _number(point[0], -1000, 1000, f"x for {what}")
        y = _number(point[1], -span, span, f"y for {what}")
        if out and not (x == out[-1][0] or x >= out[-1][0] + 1e-5):
            raise BrushError(f"expected rising x for {what}, got {out[-1][0]:g} before {x:g}")
        out.append((x, y))
    return tuple(out)


# What curves may add up to, in place of libmypaint's own checks. Beyond these its dabs land
# anywhere, grow without end, become too many to paint, or are no numbers any more.
_LIMITS = {
    "anti_aliasing": 100.0,  # pixels
    "custom_input": 1e6,
    "dabs_per_actual_radius": 1e4,
    "dabs_per_basic_radius": 1e4,
    "dabs_per_second": 1e4,
    "gridmap_scale": 40.0,  # a logarithm, as those below
    "offset_by_random": 100.0,  # radii
    "offset_by_speed": 20.0,
    "offset_multiplier": 20.0,
    "snap_to_pixel": 10.0,
    "stroke_duration_logarithmic": 80.0,
}


def _check_reach(brush: Brush) -> None:
    for name, limit in _LIMITS.items():
        worst = max(abs(value) for value in brush.bounds(name))
        if not worst <= limit:
            raise BrushError(f"expected {name} of at most {limit:g} in brush {brush.name}, got up to {worst:g}")
