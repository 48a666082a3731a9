"""Pens: what a plotter draws with. `load_pens("fineliners")`, `load_pens("pens.toml")`, `load_pens(["#1d4ed8"])`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from .. import checks
from ..color import parse_color, to_hex
from ..errors import FileError, InputError
from ..explain import explained
from ..foreign import LIMITS, read_bytes, toml_table
from ..units import length

__all__ = ["LUMINANCE", "MOST_PENS", "SETS", "Pen", "PenSet", "load_pens", "luminance"]

SETS = ("black", "fineliners", "cmyk", "brush_pens")
MOST_PENS = 64
WIDTH = 0.4  # mm
FAINTEST = 1 / 255  # of a color that shows
LUMINANCE = (0.2126, 0.7152, 0.0722)


@explained
@dataclass(frozen=True)
class Pen:
    """One pen.

    Args:
        name: for people, and for the name of its layer.
        color: of its ink, on white paper where it is translucent, sRGB in 0..1.
        width: of its line, mm, above 0.
        opacity: of its ink, above 0 to 1: how much of what lies beneath it covers.
        opaque: whether its ink covers what lies beneath, as paint, gel and correction pens do, rather than let light
            through, so that inks multiply. None: where it is lighter than the paper, on which no other ink would show.
        angle: of hatching with it, degrees.
        speed: AxiDraw's drawing speed, 1 to 110 (percent); None for the machine's own.
        height: AxiDraw's height of the lowered pen, 0 to 100 (percent); None for the machine's own.
        delay: milliseconds to wait before its layer begins, 0 or more; None for the machine's own.
        pause: whether the plotter waits before this pen, to have it put in; by default before all but the first.
        plot: False keeps its layer in the file, and tells the plotter to leave it out.

    Raises:
        InputError: a value out of range; the message names the pen.
    """

    name: str
    color: tuple[float, float, float]
    width: float = WIDTH
    opacity: float = 1.0
    angle: float = 45.0
    speed: int | None = None
    height: int | None = None
    delay: int | None = None
    pause: bool | None = None
    plot: bool = True
    opaque: bool | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or not self.name.isprintable():
            raise InputError(f"expected a pen's name as printable text, got {self.name!r:.60}")
        mine = f"of pen {self.name!r:.60}"
        object.__setattr__(self, "color", parse_color(self.color, f"the color {mine}"))
        wide = checks.number(f"the width {mine} in … mm", length(self.width, f"the width {mine}"), 0.01, 100)
        object.__setattr__(self, "width", wide)
        for name, low, high in (("opacity", 0.05, 1.0), ("angle", -360.0, 360.0)):
            object.__setattr__(self, name, checks.number(f"the {name} {mine} in …", getattr(self, name), low, high))
        for name, least, most in (("speed", 1, 110), ("height", 0, 100), ("delay", 0, 60_000)):
            if (value := getattr(self, name)) is not None:
                whole = checks.whole(f"the {name} {mine} as a whole number in …", value, least, most)
                object.__setattr__(self, name, whole)
        for name in ("pause", "plot", "opaque"):
            if name == "plot" or getattr(self, name) is not None:
                checks.boolean(f"{name} {mine}", getattr(self, name))

    def covers(self, paper: tuple[float, float, float]) -> bool:
        """Whether its ink covers what lies beneath on that paper, rather than multiply with it."""
        return luminance(self.color) > luminance(paper) if self.opaque is None else self.opaque

    def on(self, paper: tuple[float, float, float]) -> tuple[float, float, float]:
        """The color of its ink at full opacity on that paper; a translucent one lets through what the paper gives."""
        if self.covers(paper):
            return self.color
        red, green, blue = (min(ink, ground) for ink, ground in zip(self.color, paper, strict=True))
        return red, green, blue

    def layer_name(self, number: int) -> str:
        """Its layer's name in AxiDraw's code: "!2+d500+h60+s30 blue"; `number` counts from 1."""
        mark = "" if self.plot else "%"
        mark += "!" if (number > 1 if self.pause is None else self.pause) else ""
        codes = (("d", self.delay), ("h", self.height), ("s", self.speed))
        return f"{mark}{number}{''.join(f'+{code}{value}' for code, value in codes if value is not None)} {self.name}"

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; `load_pens([pen.as_dict()])` reads them again."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["color"] = to_hex(self.color)
        return {name: value for name, value in values.items() if value is not None}


@explained
@dataclass(frozen=True)
class PenSet:
    """Pens in the order they were given.

    Args:
        mix: whether a stroke's color is mixed from several translucent pens, as in printing, rather than drawn with
            the nearest.
    """

    pens: tuple[Pen, ...]
    mix: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "pens", tuple(self.pens))
        for k, pen in enumerate(self.pens):
            checks.instance(f"pen {k + 1}", pen, Pen)
        checks.whole("… pens", len(self.pens), 1, MOST_PENS)
        names = [pen.name for pen in self.pens]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"expected pens of different names, got {name!r} {names.count(name)} times")

    def __len__(self) -> int:
        return len(self.pens)

    def check_shows(self, paper: tuple[float, float, float]) -> PenSet:
        """These pens, if there is one that can be seen on a paper.

        Raises:
            InputError: there is none.
        """
        if all(max(abs(a - b) for a, b in zip(pen.on(paper), paper, strict=True)) < FAINTEST for pen in self.pens):
            names = ", ".join(pen.name for pen in self.pens)
            raise InputError(f"expected a pen that shows on paper of the color {to_hex(paper)}, got {names}")
        return self


@explained
def load_pens(source: Any) -> PenSet:
    """The pens of a bundled set's name, a .toml file, colors, or pens.

    Args:
        source: "black", "fineliners", "cmyk", "brush_pens", a file, a `Pen` or `PenSet`, or a sequence of `Pen`s,
            of colors such as "#1d4ed8", and of mappings with the names and values of a `Pen`.

    Raises:
        InputError: an unknown set, or a value out of range.
        FileError: a file that is not there, or with a mistake; the message names the line and the key.
    """
    if isinstance(source, PenSet):
        return source
    if isinstance(source, Pen):
        return PenSet((source,))
    if isinstance(source, str | Path):
        if str(source) in SETS:
            return _bundled(str(source))
        if str(source).lower().endswith(".toml"):
            return _read(Path(source))
        if isinstance(source, str) and source.strip().startswith("#"):
            return load_pens([part.strip() for part in source.split(",")])
        known = ", ".join(SETS)
        raise InputError(
            f"expected pens out of {known}, colors such as #1d4ed8,#d62b2b, or a .toml file, got {source!s:.60}"
        )
    if not isinstance(source, Sequence):
        raise InputError(f"expected pens by name, file or list, got {source!r:.60}")
    return PenSet(tuple(_pen(item, k) for k, item in enumerate(source)))


def _pen(item: Any, index: int) -> Pen:
    if isinstance(item, Pen):
        return item
    if isinstance(item, Mapping):
        unknown = [str(key) for key in item if key not in _KEYS]
        if unknown:
            raise InputError(f"expected pen {index + 1} of keys {', '.join(_KEYS)}, got {unknown[0]!r:.60}")
        color = parse_color(item.get("color"), f"the color of pen {index + 1}")
        return Pen(**{"name": to_hex(color), **item, "color": color})
    color = parse_color(item, f"the color of pen {index + 1}")
    return Pen(to_hex(color), color)


def luminance(color: tuple[float, float, float]) -> float:
    """Of an sRGB color, 0 to 1, near enough to tell lighter from darker."""
    return sum(share * value for share, value in zip(LUMINANCE, color, strict=True))


_KEYS = tuple(f.name for f in fields(Pen))


@cache
def _bundled(name: str) -> PenSet:
    return _parse(resources.files(__package__).joinpath(f"sets/{name}.toml").read_bytes(), f"{name}.toml")


def _read(path: Path) -> PenSet:
    return _parse(read_bytes(path, LIMITS["pens"]), path.name)


def _parse(data: bytes, name: str) -> PenSet:
    """The pens of a file. TOML's parser forgets where values stood, so lines are looked up for messages."""
    document = toml_table(data, LIMITS["pens"], name)
    text = data.decode("utf-8-sig")

    def refuse(message: str, pen: int | None, key: str) -> NoReturn:
        raise FileError(f"{message}, in {name!r}, line {_line(text, pen, key)}, key {key!r}")

    for key, value in document.items():
        if key not in ("pen", "mix"):
            refuse("expected [[pen]] tables, and mix = true or false", None, key)
        if key == "mix" and not isinstance(value, bool):
            refuse(f"expected mix as true or false, got {value!r:.60}", None, key)
    tables = document.get("pen")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise FileError(f"expected [[pen]] tables, one a pen, got none in {name!r}")
    if len(tables) > MOST_PENS:
        raise FileError(f"expected at most {MOST_PENS} pens, got {len(tables):,} in {name!r}")
    pens: list[Pen] = []
    for k, table in enumerate(tables):
        for key in table:
            if key not in _KEYS:
                refuse(f"expected pen {k + 1} of keys {', '.join(_KEYS)}, got another", k, key)
        for key in ("name", "color"):
            if key not in table:
                refuse(f"expected pen {k + 1} to have a {key}, got none", k, "pen")
        for key, value in sorted(table.items(), key=lambda item: item[0] != "name"):  # to know which is at fault
            try:
                Pen(**{"name": table["name"], "color": (0.0, 0.0, 0.0), key: value})
            except InputError as error:
                refuse(str(error), k, key)
        pen = Pen(**table)
        if pen.name in [other.name for other in pens]:
            refuse(f"expected pens of different names, got {pen.name!r} again", k, "name")
        pens.append(pen)
    return PenSet(tuple(pens), document.get("mix", False))


def _line(text: str, pen: int | None, key: str) -> int:
    """The line, from 1, of a key at the top (`pen` None) or in the [[pen]] of that index; of the table if not found."""
    lines = text.splitlines()
    heads = [k for k, line in enumerate(lines) if re.match(r"\s*\[\[\s*[\"']?pen[\"']?\s*\]\]", line)]
    first = 0 if pen is None or pen >= len(heads) else heads[pen]
    last = next((head for head in heads if head > first), len(lines)) if pen is not None else len(lines)
    wanted = re.compile(rf"\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    return next((k for k in range(first, last) if wanted.match(lines[k])), first) + 1
