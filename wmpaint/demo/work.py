"""What a visitor has painted, with all it takes to go on, to undo, and to do it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from ..errors import InputError
from ..export.bitmap import flatten
from ..media.mixed import Mixed
from ..objectives.base import Objective
from ..painting import Painting, Run
from ..painting.schedule import LATER
from .recipe import Recipe, call
from .uploaded import portable

__all__ = ["Work", "finished"]

UNDO = 8  # steps back


@dataclass(frozen=True, eq=False)
class Work:
    """A painting on an easel.

    Args:
        painting: as it is.
        goal: what it was painted after; None of one that was loaded.
        recipe: how it came about.
        name: for its files.
        brush: the painters' names or files, for going on.
        before: what `undo` goes back to, the latest last.
    """

    painting: Painting
    goal: Objective | None
    recipe: Recipe
    name: str = "painting"
    brush: str | list[str] = ""
    before: tuple[Work, ...] = field(default=(), repr=False)

    def further(self, strokes: int, steps: int) -> Run:
        """A run that goes on from here, with more strokes or none.

        Raises:
            InputError: as `check_further`.
        """
        self.check_further(strokes, steps)
        had = self.painting
        painter = None
        if had.painters:
            painter = had.painters[0] if len(had.painters) == 1 else Mixed(had.painters)
        return Run(
            self.goal, painter=painter, brush=self.brush or None,
            strokes=len(had.strokes) + strokes, height=had.program_height, seed=had.seed, canvas=had.canvas,
            init=had.strokes.replace(lifted=None, pen=None), hold=self.held, steps=_planned(steps),
        )  # fmt: skip

    def check_further(self, strokes: int, steps: int) -> None:
        """Refuse to go on where there is no way.

        Raises:
            InputError: nothing to paint after, or nothing to do.
        """
        had = self.painting
        if self.goal is None:
            raise InputError(
                "expected a photo to go on painting after, got a painting without one: choose it, and paint or finish"
            )
        if "pens" in had.parameters:
            raise InputError(
                "expected a painting in any color to go on with, got one in a plotter's pens: paint it anew"
            )
        if strokes < 1 and steps < 1:
            raise InputError("expected more strokes or more steps to go on with, got none of both")

    @property
    def held(self) -> int:
        """How many strokes, the last ones, are the visitor's own and stay."""
        held = self.painting.provenance.get("held", 0)
        return held if isinstance(held, int) and 0 <= held <= len(self.painting.strokes) else 0

    def continued(self, painting: Painting, steps: int) -> Work:
        """This, after `further`."""
        file = f"{self.name}.wmp.json"
        options = {
            "brush": brush_names_of(self.brush), "strokes": len(painting.strokes), "height": painting.program_height,
            "seed": painting.seed, "steps": _planned(steps), "hold": self.held or None,
        }  # fmt: skip
        first = ["goal", f'init=wp.load("{file}").strokes', *([self.recipe.canvas] if self.recipe.canvas else [])]
        again = call("wp.paint", first, options)
        python = f'{self.recipe.python}\n\n# and on from there\npainting = {again}\npainting.save("{file}")'
        shell = self.recipe.command
        if shell.startswith("wmpaint paint "):
            words = shell.split("\n")[0].split(" -o ")[0]
            more = {"strokes": len(painting.strokes), "steps": options["steps"], "budget": None}
            shell += f"\n{_with(words, more)} --init {self.name}/painting.wmp.json -o {self.name}"
        else:  # there is no command that goes on
            shell = ""
        recipe = replace(self.recipe, command=shell, python=python)
        return replace(self, painting=painting, recipe=recipe, before=(*self.before, self)[-UNDO:])

    def undone(self) -> Work:
        """As before the last going on, or without the strokes of the last round; what was drawn by hand stays.

        Raises:
            InputError: nothing is left to undo.
        """
        if self.before:
            return replace(self.before[-1], before=self.before[:-1])
        had, held = self.painting, self.held
        rounds = [size for size in had.provenance.get("rounds", []) if isinstance(size, int) and size > 0]
        painted = len(had.strokes) - held
        if len(rounds) < 2 or sum(rounds) != painted:
            raise InputError("expected a round of strokes to undo, got only the first one")
        left = sum(rounds[:-1])
        strokes = type(had.strokes).cat([had.strokes[:left], had.strokes[painted:]])
        provenance = {**had.provenance, "rounds": rounds[:-1]}
        keep = f"[*range({left}), *range({painted}, {painted + held})]" if held else f":{left}"
        python = (
            f"{self.recipe.python}\n\n# without its last round\nimport dataclasses\n"
            f"painting = dataclasses.replace(painting, strokes=painting.strokes[{keep}])\n"
            f'painting.save("{self.name}.wmp.json")'
        )
        recipe = replace(self.recipe, command="", python=python)
        return replace(self, painting=replace(had, strokes=strokes, provenance=provenance), recipe=recipe)

    def hung(self) -> Work:
        """The same for a gallery: without what only going on needs, which may be large."""
        return replace(self, goal=None, before=(), painting=replace(self.painting, target=None))

    def pictures(self) -> tuple[Tensor, Tensor]:
        """[3, H, W] the dream, and the real program's."""
        return flatten(self.painting.render()), flatten(self.painting.replay("auto"))

    def rows(self, dream: Tensor, real: Tensor) -> list[tuple[str, str]]:
        """(label, value) of how it went, for people."""
        report = self.painting.report(dream=dream, real=real)
        names = {"dream PSNR": "dream, likeness", "real PSNR": "real, likeness", "transfer gap": "gap dream to real"}
        rows = [(names.get(label, label), value) for label, value in report.rows() if label in _SHOWN]
        return [("brush", ", ".join(brush.name for brush in self.painting.brushes)), *rows]


_SHOWN = ("strokes", "seconds", "dream PSNR", "real PSNR", "transfer gap", "program", "seed")


def finished(run: Run, finish: Callable[[Painting], Work]) -> Work:
    """The work of a run, without the server's folders; its recipe tells if it was stopped early."""
    work = finish(portable(run.painting()))
    if run.progress >= 1:
        return work
    done = work.painting.provenance["steps"]
    return replace(work, recipe=work.recipe.stopped(done, run.schedule.steps))


def brush_names_of(brush: str | list[str]) -> Any:
    """What a recipe calls brushes: a visitor's own by the name of its file."""
    if isinstance(brush, list):
        return [brush_names_of(one) for one in brush]
    return (Path(brush).name if brush.endswith(".safetensors") else brush) or None


def _planned(steps: int) -> int | None:
    """What `Run` is asked for, so that a painting with strokes to begin with takes so many steps."""
    return None if steps < 1 else round(steps / LATER)


def _with(shell: str, options: dict[str, Any]) -> str:
    """A command with some options exchanged."""
    words = shell.split(" ")
    for name, value in options.items():
        flag = f"--{name}"
        if flag in words:
            at = words.index(flag)
            del words[at : at + 2]
        if value is not None:
            words += [flag, str(value)]
    return " ".join(words)
