"""Media by name: `load("mypaint/charcoal")`, or short where no other medium has a brush of that name.

What people write and what files say are two things: to `typed` a family's name alone is its usual brush ("oil" is
oil/flat); to `filed` a name without a family is MyPaint's ("oil" is mypaint/oil), since older files know no other.

A family of media has brushes: for each a medium that has gradients, to paint with, and one that is the real thing, to
replay in. Register one of your own, and `wmpaint.paint(photo, brush="leaf/oak")` knows it, and so do its files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import checks
from ..errors import BrushError, InputError
from ..medium import Medium

__all__ = ["Family", "bundled_brushes", "filed", "known", "load", "named", "register", "replayed", "split", "typed"]


@dataclass(frozen=True)
class Family:
    """Media of one kind, by the names of their brushes.

    Args:
        name: of the family, before the slash.
        load: a medium with gradients, of a brush's name.
        brushes: the names that there are.
        program: the real medium, of a brush and a seed; None where what `load` gives is the real one.
        parse: a brush, for `program`, of the definition that a painting's file holds; None where brushes have names
            only.
        usual: the brush that the family's name alone means; "" for none.
    """

    name: str
    load: Callable[[str], Medium]
    brushes: Callable[[], tuple[str, ...]]
    program: Callable[[Any, int], Medium] | None = None
    parse: Callable[[str], Any] | None = None
    usual: str = ""


_families: dict[str, Family] = {}


def register(family: Family) -> None:
    """Make a family known by its name, in this process; one of that name is replaced.

    Raises:
        InputError: a name that would not be found again.
    """
    if not family.name.isidentifier():
        raise InputError(f"expected a family's name of letters, digits and _, got {family.name!r:.60}")
    _families[family.name] = family


def known() -> dict[str, Family]:
    """All families by name."""
    if "mypaint" not in _families:
        from . import oil, ribbon
        from .programs import program

        register(
            Family(
                "mypaint",
                lambda name: ribbon.load(name),
                lambda: ribbon.available(),
                lambda brush, seed: program(brush, seed=seed),
            )
        )
        register(Family("oil", oil.load, oil.available, oil.OilProgram, oil.OilBrush.parse, "flat"))
    return dict(_families)


def split(name: str) -> tuple[str | None, str]:
    """(family, brush) of MEDIUM/BRUSH; no family for a name that is short, or a brush with a slash of its own."""
    family, slash, brush = name.partition("/")
    return (family, brush) if slash and family in known() else (None, name)


def typed(name: Any) -> Any:
    """A brush's name as a person writes it, or a list of them, as files should say it: "oil" is oil/flat."""
    if isinstance(name, list):
        return [typed(one) for one in name]
    family = known().get(name) if isinstance(name, str) else None
    return f"{name}/{family.usual}" if family is not None and family.usual else name


def filed(name: Any) -> Any:
    """A brush's name out of a file, or a list of them, as a person would write it: "oil" is mypaint/oil."""
    if isinstance(name, list):
        return [filed(one) for one in name]
    return f"mypaint/{name}" if isinstance(name, str) and name in known() else name


def bundled_brushes() -> list[dict[str, Any]]:
    """The bundled brushes, as `brush_entries` lists MyPaint's, by names that `load` knows; and whether each has a
    painter."""
    from . import oil, programs, ribbon

    have = ribbon.available()
    rows = [{**row, "painter": row["name"] in have, "name": filed(row["name"])} for row in programs.brush_entries()]
    return rows + oil.brush_rows()


def load(name: str | Path) -> Medium:
    """A medium with gradients: of a brush's name as a person writes it, or of a .safetensors file that `fit` made.

    Raises:
        BrushError: no such brush, or one without a painter, or the same name in several families.
        FileError: a file that is not there, or not a painter.
    """
    families = known()
    if isinstance(name, str):
        family, brush = split(typed(name))
        if family is not None:
            return families[family].load(brush)
        owners = [f for f in families.values() if brush in f.brushes()]
        if len(owners) > 1 and owners[0].name != "mypaint":  # whose names were here first
            full = " or ".join(f"{f.name}/{brush}" for f in owners)
            raise BrushError(f"expected the full name of a brush that several media have, {full}, got {brush!r}")
        if owners:
            return owners[0].load(brush)
        every = [f"{f.name}/{b}" for f in families.values() if f.name != "mypaint" for b in f.brushes()]
        every += [f.name for f in families.values() if f.usual]
        near = checks.near(brush, [*families["mypaint"].brushes(), *every], 1)
        if near and near[0] in every:
            raise BrushError(f"expected the name of a brush, got {brush!r}: did you mean {near[0]}?")
    return families["mypaint"].load(name)  # type: ignore[arg-type]  # which knows files, and what to suggest


def named(name: str) -> Medium:
    """The medium with gradients of a brush as a painting's file names it: MyPaint's, where no family is named.

    Raises:
        BrushError: no such brush, or one without a painter.
    """
    family, brush = split(name)
    return known()[family or "mypaint"].load(brush)


def replayed(name: str, seed: int, definition: str | None = None) -> Medium | None:
    """The real medium of a full name's brush, if its family is not MyPaint's, whose programs are chosen by name."""
    family, brush = split(name)
    if family is None or family == "mypaint":
        return None
    owner = known()[family]
    source = owner.parse(definition) if definition is not None and owner.parse is not None else brush
    return owner.load(brush) if owner.program is None else owner.program(source, seed)
