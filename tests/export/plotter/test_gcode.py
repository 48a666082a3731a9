from __future__ import annotations

import re
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from plots import planned

from wmpaint.errors import InputError, MissingProgram
from wmpaint.export.plotter import Job
from wmpaint.export.plotter.gcode import MACHINES, Machine, gcode_text
from wmpaint.export.plotter.plot import PlotLayer
from wmpaint.pens import Pen

OWN = Machine(up="M280 P0 S90", down="M280 P0 S10\nG4 P150", start="G28 (home {all})", end="M84", feed=1234.5)


def read(text: str, machine: Machine) -> tuple[list[list[np.ndarray]], int]:
    """Lines by pen, and how often it waits; asserts what a machine relies on."""
    comments = re.compile(r"\([^()]*\)")
    pens: list[list[np.ndarray]] = [[]]
    place, down, line, waits = np.zeros(2), False, [], 0
    rows = text.splitlines()
    assert "".join(rows).isascii()
    ups, downs = machine.up.splitlines(), machine.down.splitlines()
    units = set()
    k = 0
    while k < len(rows):
        row = comments.sub("", rows[k]).strip()
        assert "(" not in row and ")" not in row
        if rows[k : k + len(downs)] == downs:
            down, line, k = True, [place], k + len(downs)
            continue
        if rows[k : k + len(ups)] == ups:
            if len(line) > 1:
                pens[-1].append(np.array(line))
            down, line, k = False, [], k + len(ups)
            continue
        k += 1
        if row in ("G21", "G90"):
            units.add(row)
        elif row == "M0":
            assert not down
            waits += 1
            pens.append([])
        elif found := re.fullmatch(r"(G0|G1) X(-?[\d.]+) Y(-?[\d.]+)", row):
            assert units == {"G21", "G90"}
            assert down == (found[1] == "G1"), f"pen {'down' if down else 'up'} at {row}"
            place = np.array([float(found[2]), float(found[3])])
            if down:
                line.append(place)
        else:
            assert row == "" or row in ("G17", *machine.start.splitlines(), *machine.end.splitlines()) or (
                re.fullmatch(r"G1 F[\d.]+", row) and down
            ) or row == comments.sub("", machine.start).strip(), row  # fmt: skip
    assert not down
    return pens, waits


@pytest.mark.parametrize(
    "machine", [*MACHINES, OWN], ids=lambda machine: machine if isinstance(machine, str) else "own"
)
def test_the_pen_is_up_on_every_way_and_down_on_every_line(machine):
    job = planned(margin="12mm")
    pens, waits = read(gcode_text(job, machine), machine if isinstance(machine, Machine) else MACHINES[machine])
    assert waits == len(job.layers) - 1
    for layer, lines in zip(job.layers, pens, strict=True):
        assert len(lines) == len(layer.paths)
        for line, path in zip(lines, layer.paths, strict=True):
            np.testing.assert_allclose(line, path * [1, -1] + [0, 210], atol=6e-4)  # y up from the lower edge
    points = np.concatenate([line for lines in pens for line in lines])
    assert points.min() >= 12 and points[:, 0].max() <= 148 - 12 and points[:, 1].max() <= 210 - 12


def test_speed_and_ends():
    job = planned(3)
    assert "\nG1 F3000.000\n" in gcode_text(job)  # 50 mm/s
    own = gcode_text(job, OWN)
    assert "\nG1 F1234.500\n" in own and "\nG28 (home {all})\n" in own
    assert own.endswith("G0 X0 Y0\nM84\n") and gcode_text(job).endswith("M5\nM2\n")


def test_pauses_are_the_pens_own():
    job = planned(3, pens="black")
    path = job.layers[0].paths
    pens = Pen("a", (0, 0, 0), pause=True), Pen("b", (0, 0, 0), pause=False), Pen("c", (0, 0, 0))
    three = replace(job, layers=tuple(PlotLayer(pen, path) for pen in pens), before=job.before * 3)
    text = gcode_text(three)
    assert text.count("\nM0\n") == 2
    assert "(pen 1: a, 0.4 mm)\nG0 X0 Y0\nM0\n" in text and "(pen 2: b, 0.4 mm)\nG0 X" in text
    off = replace(three, layers=(replace(three.layers[0], pen=Pen("a", (0, 0, 0), plot=False)), *three.layers[1:]))
    assert "(pen 1: b" in gcode_text(off) and ": a," not in gcode_text(off)


@pytest.mark.parametrize("name", ["a) G1 X9999", "(", "{x:.3f} {wmpaint_begin}", "猫 é", "%d $H ; M3", "{", "}}"])
def test_names_say_nothing_to_the_machine(name):
    job = planned(3, pens="black")
    job = replace(job, layers=(replace(job.layers[0], pen=Pen(name, (0, 0, 0))),), title=f"{name}\nM3 S99\n")
    text = gcode_text(job)
    read(text, MACHINES["servo"])
    comments = [row for row in text.splitlines() if row.startswith("(")]
    assert len(comments) == 3 and all(re.fullmatch(r"\([^()]*\)", row) for row in comments)
    assert "\nM3 S99" not in text


def test_threads_write_their_own_machines():
    job, found = planned(3), {}
    machines = {k: Machine(up=f"M5{k}", down=f"M3{k}") for k in range(6)}

    def work(k: int) -> None:
        found[k] = gcode_text(job, machines[k])

    threads = [threading.Thread(target=work, args=(k,)) for k in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, machine in machines.items():
        read(found[k], machine)


def test_what_is_no_machine_is_refused():
    job: Job = planned(3)
    for machine in ("cnc", None, {"up": "M5"}):
        with pytest.raises(InputError, match="a Machine, or one out of servo, zaxis, laser, got"):
            gcode_text(job, machine)
    for values, says in (
        ({"up": ""}, "commands that lift and lower the pen"),
        ({"down": "é"}, "the machine's down as G-code in plain ASCII"),
        ({"start": None}, "the machine's start"),
        ({"feed": 0}, "a feed above 0"),
        ({"feed": "fast"}, "a feed above 0"),
    ):
        with pytest.raises(InputError, match=says):
            Machine(**{"up": "M5", "down": "M3", **values})


def test_a_missing_vpype_gcode_says_how_to_install_it(monkeypatch):
    for name in ("vpype_gcode", "vpype_gcode.gwrite"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingProgram, match=r"vpype-gcode for G-code, .*pip install 'wmpaint\[plotter\]'"):
        gcode_text(planned(3))
