"""The order of lines, by vpype: `Order()(layers) -> layers`, joined where ends meet, and sorted."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ... import checks
from ...errors import InputError, no_package
from ...explain import explained
from ...units import length
from .plot import PlotLayer
from .stopping import Check, never_stop, watched

__all__ = ["LOCK", "Order", "as_document", "from_document", "need_vpype", "run", "vpype_entry"]

PX = 96 / 25.4  # vpype's unit is the CSS pixel
LOCK = threading.Lock()  # vpype's command line keeps its state in the module
LOOPS = ("vpype.line_index", "vpype.model", "vpype_cli.operations")  # modules where it takes its time
WAIT = 0.1  # seconds of waiting for it, between two looks


@explained
@dataclass(frozen=True)
class Order:
    """What is done to the lines of each pen.

    Args:
        merge: join lines whose ends are nearer than this; a length, or None for the pen's width.
        flip: whether a line may be drawn from its end, which takes half the way again off the travelling. Turn it
            off for pens that must be drawn, not pushed.
        sort: whether lines are sorted so that the pen travels little.
        two_opt: whether the order is then improved further, which takes long, and needs `flip`.
        simplify: leave out points nearer than this to the line without them; a length.
        passes: how often each line is drawn, back and forth.
        reloop: whether closed lines begin anywhere, so that the seams do not show.

    Raises:
        InputError: a negative length, no passes, or two_opt without flip.
    """

    merge: Any = None
    flip: bool = True
    sort: bool = True
    two_opt: bool = False
    simplify: Any = "0.01mm"
    passes: int = 1
    reloop: bool = False

    def __post_init__(self) -> None:
        for name in ("merge", "simplify"):
            value = getattr(self, name)
            if value is not None and length(value, name) < 0:
                raise InputError(f"expected {name} of 0 mm or more, got {value!r}")
        checks.whole("… passes", self.passes, 1, 20)
        if self.two_opt and not self.flip:
            raise InputError("expected flip with two_opt, which turns lines around, got flip=False")

    def __call__(
        self, layers: Sequence[PlotLayer], seed: int = 0, *, check: Check = never_stop
    ) -> tuple[PlotLayer, ...]:
        """The same lines in a better order.

        Args:
            seed: of where closed lines begin.
            check: called again and again; may raise `Stopped`.

        Raises:
            MissingProgram: vpype is not installed.
        """
        return tuple(replace(layer, paths=self._ordered(layer, seed + k, check)) for k, layer in enumerate(layers))

    def _ordered(self, layer: PlotLayer, seed: int, check: Check) -> tuple[np.ndarray, ...]:
        kept = "" if self.flip else "--no-flip "
        near = layer.pen.width if self.merge is None else length(self.merge)
        steps = [f"linemerge {kept}--tolerance {near:.4f}mm"] if near > 0 else []
        if self.simplify is not None and length(self.simplify) > 0:
            steps.append(f"linesimplify --tolerance {length(self.simplify):.4f}mm")
        if self.reloop:
            steps.append("reloop")
        if self.sort:
            steps.append(f"linesort {kept}{'--two-opt ' if self.two_opt else ''}".strip())
        if self.passes > 1:
            steps.append(f"multipass --count {self.passes}")
        if not steps:
            return layer.paths
        return from_document(run(" ".join(steps), as_document([layer]), seed, check))[0]


def need_vpype() -> Any:
    """The module vpype.

    Raises:
        MissingProgram: it is not installed.
    """
    try:
        import vpype
    except ImportError as error:
        raise no_package("vpype for pen plotters", "wmpaint[plotter]") from error
    return vpype


@contextmanager
def vpype_entry(table: dict[str, Any], value: Any) -> Iterator[str]:
    """The name of a value that stands in a table of vpype's meanwhile: this call's own, since others may write, too."""
    name = f"wmpaint-{uuid.uuid4().hex}"
    table[name] = value
    try:
        yield name
    finally:
        table.pop(name, None)


def as_document(layers: Sequence[PlotLayer], page: tuple[float, float] | None = None) -> Any:
    """A `vpype.Document` of the layers, numbered from 1; vpype knows them by number, so names need no escaping."""
    vp = need_vpype()
    document = vp.Document(page_size=None if page is None else (page[0] * PX, page[1] * PX))
    for number, layer in enumerate(layers, 1):
        lines = vp.LineCollection([path[:, 0] * PX + 1j * path[:, 1] * PX for path in layer.paths])
        document.add(lines, number)
    return document


def from_document(document: Any) -> list[tuple[np.ndarray, ...]]:
    """The lines of each layer of a `vpype.Document`, [K, 2] mm."""
    return [
        tuple(
            np.stack([line.real, line.imag], 1) / PX for line in document.layers[number] if np.ptp(line) != 0
        )  # joining can leave lines of no length
        for number in sorted(document.layers)
    ]


def run(pipeline: str, document: Any, seed: int = 0, check: Check = never_stop) -> Any:
    """A document after a line of vpype commands.

    vpype draws from NumPy's global random numbers, and keeps the command line's state in its module: hence the lock,
    and the state that is put back.
    """
    need_vpype()
    import vpype_cli

    while not LOCK.acquire(timeout=WAIT):
        check()
    try:
        before = np.random.get_state()
        np.random.seed(seed % 2**32)
        try:
            with watched(check, *LOOPS):
                return vpype_cli.execute(pipeline, document)
        finally:
            np.random.set_state(before)
    finally:
        LOCK.release()
