"""A job as G-code, by vpype-gcode: `gcode_text(job, "servo")`, in mm, with a pen that is up on every travel."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import Any

from ... import checks
from ...errors import InputError, no_package
from .order import LOCK, as_document, need_vpype, vpype_entry
from .plot import Plot, plotted

__all__ = ["MACHINES", "Machine", "gcode_text"]


@dataclass(frozen=True)
class Machine:
    """How a machine lifts and lowers its pen.

    Args:
        up, down: commands, a line each.
        start, end: what is said once, before and after.
        feed: mm/min while drawing; None for the job's speed.

    Raises:
        InputError: commands that are not plain text, or a feed that is not above 0.
    """

    up: str
    down: str
    start: str = ""
    end: str = "M2"
    feed: float | None = None

    def __post_init__(self) -> None:
        for name in ("up", "down", "start", "end"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.isascii():
                raise InputError(f"expected the machine's {name} as G-code in plain ASCII, got {value!r:.60}")
        if not self.up.strip() or not self.down.strip():
            raise InputError("expected commands that lift and lower the pen, got none")
        if self.feed is not None and not 0.001 <= checks.real(self.feed) < 1e6:
            raise InputError(f"expected a feed above 0 mm/min, got {self.feed!r:.60}")


MACHINES = {
    # GRBL with a servo on the spindle's pin: S is its angle. The pauses let it arrive.
    "servo": Machine(up="M3 S40\nG4 P0.2", down="M3 S90\nG4 P0.2", end="M5\nM2"),
    "zaxis": Machine(up="G0 Z5", down="G1 Z0 F600"),
    # Laser: off before and during every travel, and dark where the head stands still (M4 scales power with speed).
    "laser": Machine(up="M5", down="M4 S300", start="M5", end="M5\nM2"),
}


def gcode_text(job: Plot, machine: str | Machine = "servo") -> str:
    """The job as G-code: absolute coordinates in mm from the page's lower left corner, y up.

    Before each pen but the first the machine waits (M0), the pen up, at the corner. Travels are G0, lines G1.

    Raises:
        InputError: an unknown machine, or no pen that is to be plotted.
        MissingProgram: vpype or vpype-gcode is not installed.
    """
    if not isinstance(machine, Machine):
        machine = MACHINES[checks.one_of("a Machine, or one", machine, MACHINES)]
    vp = need_vpype()
    write = _need_gcode()
    machine = replace(machine, feed=machine.feed or job.speeds.down * 60)
    layers = plotted(job)
    document = as_document(layers, job.placement.page)
    for number, layer in enumerate(layers, 1):
        begin = f"(pen {number}: {_comment(layer.pen.name)}, {layer.pen.width:g} mm)\n"
        if number > 1 if layer.pen.pause is None else layer.pen.pause:
            begin += "G0 X0 Y0\nM0\n"
        document.layers[number].set_property("wmpaint_begin", begin)
    import vpype_cli

    stream = io.StringIO()
    stream.name = "job.gcode"
    config = vp.config_manager.config.setdefault("gwrite", {})
    # Not by a line of commands, which would open a file, and leave it to chance when that is closed.
    with vpype_entry(config, _profile(job, machine)) as name, LOCK:
        write.callback(output=stream, profile=name, default=())(vpype_cli.State(document))
    return stream.getvalue()


def _need_gcode() -> Any:
    try:
        from vpype_gcode.gwrite import gwrite
    except ImportError as error:
        raise no_package("vpype-gcode for G-code", "wmpaint[plotter]") from error
    return gwrite


def _profile(job: Plot, machine: Machine) -> dict[str, Any]:
    """What vpype-gcode is told; its own profiles never lift the pen."""
    up, down = _lines(machine.up), _lines(machine.down)
    width, height = job.placement.page
    head = f"(wmpaint: {_comment(job.title)})\n(page {width:g} x {height:g} mm)\nG21\nG90\nG17\n"
    return {
        "unit": "mm",
        "vertical_flip": True,
        "document_start": _escaped(head) + _lines(machine.start) + up,
        "layer_start": "{wmpaint_begin}",
        "segment_first": "G0 X{x:.3f} Y{y:.3f}\n" + down + f"G1 F{machine.feed:.3f}\n",
        "segment": "G1 X{x:.3f} Y{y:.3f}\n",
        "line_end": up,
        "document_end": "G0 X0 Y0\n" + _lines(machine.end),
    }


def _lines(commands: str) -> str:
    text = commands.strip("\n")
    return _escaped(text + "\n" if text else "")


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _comment(text: str) -> str:
    """Text that ends no comment and says nothing to a machine."""
    plain = text.encode("ascii", "replace").decode()
    return re.sub(r"[^\w .,#&+-]", "?", plain)[:80]
