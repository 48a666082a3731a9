"""A job as HPGL, by vpype: `hpgl_text(job, device="hp7475a")`."""

from __future__ import annotations

import copy
import io
import re
from typing import Any

from ... import checks
from ...errors import InputError
from .order import PX, as_document, need_vpype, vpype_entry
from .plot import Plot, plotted

__all__ = ["UNITS", "drawn_length", "hpgl_text"]

# Millimeters of a plotter unit. HP-GL's own is 0.025 mm (HP-GL Programmer's Reference Manual); the manual of the 7475A
# alone has 40.2 units a millimeter. vpype's table has the 7475A's for most of these, which is half a percent too large.
UNITS = {
    "hp7475a": 0.02488, "hp7440a": 0.025, "hp7550": 0.025, "designmate": 0.025, "artisan": 0.025, "dmp_161": 0.025,
    "dxy": 0.025, "sketchmate": 0.025,
}  # fmt: skip

LOST = 0.002  # share of the drawn length that may go to rounding
_COMMAND = re.compile(r"(PA|PR|PU|PD)([-\d,]*)")


def hpgl_text(job: Plot, *, device: str = "hp7475a", velocity: int | None = None, absolute: bool = False) -> str:
    """The job as HPGL. Pens are numbered as the layers.

    Args:
        device: as vpype knows it.
        velocity: cm/s, 1 to 127; None for the device's own.
        absolute: whether only absolute coordinates are used.

    Raises:
        InputError: an unknown device, a page it does not take, more pens than it holds, or lines that it cannot reach.
        MissingProgram: vpype is not installed.
    """
    vp = need_vpype()
    velocity = None if velocity is None else checks.whole("a velocity of … cm/s", velocity, 1, 127)
    checks.one_of("a device", device, vp.config_manager.get_plotter_list())
    width, height = job.placement.page
    layers = plotted(job)
    stream = io.StringIO()
    table = vp.config_manager.config["device"]
    with vpype_entry(table, _measured(table[device], device)) as name:
        config = _config(vp, name, device)
        paper = _paper(config, job, device)
        if len(layers) > config.pen_count:
            raise InputError(
                f"expected at most {config.pen_count} pens for {device}, got {len(layers)}: split writes one file a pen"
            )
        vp.write_hpgl(
            stream, as_document(layers, job.placement.page), page_size=paper, landscape=width > height, center=False,
            device=name, velocity=velocity, absolute=absolute, quiet=True,
        )  # fmt: skip
    text = stream.getvalue()
    # vpype cuts away what the device cannot reach, and says nothing.
    drawn = drawn_length(text) * config.plotter_unit_length / PX / 1000
    if drawn < job.total.drawn * (1 - LOST) - 0.002:
        raise InputError(
            f"expected lines within what {device} reaches on {paper}, got {job.total.drawn - drawn:.3g} m outside: "
            "try a larger margin"
        )
    return text if text.endswith("\n") else text + "\n"


def _measured(known: Any, device: str) -> dict[str, Any]:
    """What vpype knows of a device, with the unit of its manual."""
    known = copy.deepcopy(dict(known))
    if device in UNITS:
        known["plotter_unit_length"] = f"{UNITS[device]}mm"
        for paper in known.get("paper", ()):  # one of them is "285mmmm" from the top
            paper["origin_location"] = [re.sub("(mm)+$", "mm", str(part)) for part in paper["origin_location"]]
    return known


def _config(vp: Any, name: str, device: str) -> Any:
    try:
        return vp.config_manager.get_plotter_config(name)
    except Exception as error:  # a device of the user's own, in ~/.vpype.toml
        raise InputError(f"expected a device that vpype can read, got {device!r}: {error!s:.160}") from error


def _paper(config: Any, job: Plot, device: str) -> str:
    """What the device calls the page."""
    short, long = sorted(job.placement.page)
    names = []
    for paper in config.paper_configs:
        names.append(paper.name)
        ours = sorted(side / PX for side in paper.paper_size or (0.0, 0.0))
        if abs(ours[0] - short) < 1 and abs(ours[1] - long) < 1:
            return str(paper.name)
    raise InputError(f"expected a page out of {', '.join(names)} for {device}, got {short:g} x {long:g} mm")


def drawn_length(text: str) -> float:
    """The length drawn by HPGL, in plotter units."""
    x = y = 0.0
    down = relative = False
    total = 0.0
    for command, arguments in _COMMAND.findall(text):
        if command in ("PA", "PR"):
            relative = command == "PR"
        elif command in ("PU", "PD"):
            down = command == "PD"
        numbers = [float(part) for part in arguments.split(",") if part]
        for px, py in zip(numbers[::2], numbers[1::2], strict=False):
            nx, ny = (x + px, y + py) if relative else (px, py)
            if down:
                total += ((nx - x) ** 2 + (ny - y) ** 2) ** 0.5
            x, y = nx, ny
    return total
