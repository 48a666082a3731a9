from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import vpype
from plots import planned

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.export.plotter import Job
from wmpaint.export.plotter.hpgl import drawn_length, hpgl_text
from wmpaint.export.plotter.plot import Effort, PlotLayer
from wmpaint.pens import Pen, Placement

UNIT = 0.02488  # mm, of hp7475a


def read(text: str) -> dict[int, list[np.ndarray]]:
    """The lines of each pen, in plotter units, by a parser that knows IN, DF, PS, VS, SP, PA, PR, PU, PD."""
    assert re.fullmatch(r"(?:(?:IN|DF|PS|VS|SP|PA|PR|PU|PD)[-\d,]*;\s*)+", text), text[:200]
    pens: dict[int, list[np.ndarray]] = {}
    pen, place, relative, down, line = 0, np.zeros(2), False, False, []

    def close() -> None:
        nonlocal line
        if len(line) > 1:
            pens.setdefault(pen, []).append(np.array(line))
        line = []

    for name, arguments in re.findall(r"([A-Z]{2})([-\d,]*);", text):
        numbers = [int(part) for part in arguments.split(",") if part]
        if name == "SP":
            close()
            pen, down = numbers[0], False
        elif name in ("PA", "PR"):
            relative = name == "PR"
        elif name in ("PU", "PD"):
            if name == "PU":
                close()
            elif not down:
                line = [place]
            down = name == "PD"
        if name in ("PA", "PR", "PU", "PD"):
            for pair in zip(numbers[::2], numbers[1::2], strict=True):
                place = place + pair if relative else np.array(pair)
                if down:
                    line.append(place)
    close()
    return pens


def bars(page: str, aspect: float, pens: int = 1, **options) -> Job:
    """A line along the canvas' upper edge, from left to right, a pen."""
    place = Placement.of(Canvas(aspect), page, margin=options.pop("margin", "20mm"), **options)
    left, top, right, _ = place.box
    layers = tuple(
        PlotLayer(Pen(f"pen {k}", (0, 0, 0)), (np.array([[left, top + k], [right, top + k]]),)) for k in range(pens)
    )
    return Job(layers, place, (1.0, 1.0, 1.0), tuple(Effort.of(layer.paths, planned().speeds) for layer in layers))


@pytest.mark.parametrize("absolute", [False, True])
def test_pens_and_lines_are_the_job_s(absolute):
    job = planned(page="a4", margin="20mm")
    pens = read(hpgl_text(job, absolute=absolute))
    assert sorted(pens) == list(range(1, len(job.layers) + 1))
    for number, layer in enumerate(job.layers, 1):
        lengths = [np.linalg.norm(np.diff(line, axis=0), axis=1).sum() * UNIT for line in pens[number]]
        wanted = [np.linalg.norm(np.diff(path, axis=0), axis=1).sum() for path in layer.paths]
        np.testing.assert_allclose(lengths, wanted, atol=0.3, rtol=0.02)
        # Rigid: distances between beginnings are those on the page, whichever way the paper lies.
        starts = np.array([line[0] for line in pens[number]]) * UNIT
        ours = np.array([path[0] for path in layer.paths])
        np.testing.assert_allclose(
            np.linalg.norm(starts - starts[0], axis=1), np.linalg.norm(ours - ours[0], axis=1), atol=0.06
        )


@pytest.mark.parametrize(("page", "reach"), [("a4", (11040, 7721)), ("a3", (16158, 11040))])
@pytest.mark.parametrize("landscape", [True, False])
def test_lines_lie_within_reach(page, reach, landscape):
    job = planned(page=page, margin="20mm", landscape=landscape)
    points = np.concatenate([line for lines in read(hpgl_text(job)).values() for line in lines])
    assert points.min() >= 0 and points[:, 0].max() <= reach[0] and points[:, 1].max() <= reach[1]


def test_coordinates_by_hand():
    # A4 across, its origin 10 mm from the left and 206 mm from the top, y up.
    job = bars("a4", 1.6, landscape=True)
    ((line,),) = read(hpgl_text(job, absolute=True)).values()
    left, top, right, _ = job.placement.box
    wanted = np.array([[left - 10, 206 - top], [right - 10, 206 - top]]) / UNIT
    np.testing.assert_allclose(line, wanted, atol=1)
    # Upright, the page is turned: what goes to the right goes along the short side.
    upright = bars("a4", 0.6, landscape=False)
    ((line,),) = read(hpgl_text(upright, absolute=True)).values()
    assert abs(line[1, 0] - line[0, 0]) <= 1
    left, _, right, _ = upright.placement.box
    assert abs(line[1, 1] - line[0, 1]) == pytest.approx((right - left) / UNIT, abs=1)


def test_settings_of_the_plotter():
    text = hpgl_text(bars("a3", 1.4), velocity=12)
    assert text.startswith("IN;DF;VS12;PS0;SP1;") and text.endswith("SP0;IN;\n")
    assert "PS4" in hpgl_text(bars("a4", 1.4)) and "VS" not in hpgl_text(bars("a4", 1.4))
    assert read(hpgl_text(bars("letter", 1.2)))  # vpype's "a"


def test_pens_that_are_left_out_are_not_drawn():
    job = bars("a4", 1.4, pens=2)
    layers = replace(job.layers[0], pen=Pen("off", (0, 0, 0), plot=False)), job.layers[1]
    ((line,),) = read(hpgl_text(replace(job, layers=layers), absolute=True)).values()
    assert line[0, 1] == pytest.approx((206 - job.placement.top - 1) / UNIT, abs=1)


def test_length_by_hand():
    assert drawn_length("IN;PU0,0;PD3,4;PU9,9;PD9,10,9,12;") == 5 + 3
    assert drawn_length("PU10,10;PR;PD3,4,3,4;PU1,1;PD0,2;PA;PU0,0;") == 12


@pytest.mark.parametrize(
    ("job", "options", "says"),
    [
        (("a4", 1.4), {"device": "hp9999"}, "a device out of .*hp7475a.*, got 'hp9999'"),
        (("a5", 1.4), {}, "a page out of a4, a3, a, b for hp7475a, got 148 x 210 mm"),
        (("a4", 1.4, 7), {}, "at most 6 pens for hp7475a, got 7: split"),
        (("a4", 1.4), {"velocity": 128}, "a velocity of 1 to 127 cm/s"),
        (("a4", 1.4), {"velocity": 2.5}, "a velocity of 1 to 127 cm/s"),
    ],
)
def test_what_a_device_does_not_take_is_refused(job, options, says):
    with pytest.raises(InputError, match=says) as caught:
        hpgl_text(bars(*job), **options)
    assert "\n" not in str(caught.value)


# Millimeters of a plotter unit, as the machines' manuals have it.
MANUALS = {
    "hp7475a": 1 / 40.2, "hp7440a": 0.025, "hp7550": 0.025, "designmate": 0.025, "artisan": 0.025, "dmp_161": 0.025,
    "dxy": 0.025, "sketchmate": 0.025,
}  # fmt: skip


@pytest.mark.parametrize("device", vpype.config_manager.get_plotter_list())
@pytest.mark.parametrize("page", ["a4", "a3", "a1"])
def test_a_device_draws_as_long_as_is_planned(device, page):
    papers = {paper["name"] for paper in vpype.config_manager.config["device"][device]["paper"]}
    if page not in papers:
        with pytest.raises(InputError, match="expected a page out of"):
            hpgl_text(bars(page, 1.3, landscape=True), device=device)
        return
    job = bars(page, 1.3, landscape=True, margin="25mm")
    left, _, right, _ = job.placement.box
    ((line,),) = read(hpgl_text(job, device=device, absolute=True)).values()
    drawn = np.abs(line[1] - line[0]).max() * MANUALS[device]
    assert drawn == pytest.approx(right - left, abs=0.1)
    assert device in vpype.config_manager.config["device"] and len(vpype.config_manager.get_plotter_list()) == 8


def test_a_device_of_one_s_own_keeps_its_unit_and_a_broken_one_is_refused(monkeypatch):
    table = vpype.config_manager.config["device"]
    monkeypatch.setitem(table, "mine", {**table["hp7550"], "plotter_unit_length": "0.05mm"})
    job = bars("a4", 1.3, landscape=True, margin="25mm")
    ((line,),) = read(hpgl_text(job, device="mine", absolute=True)).values()
    left, _, right, _ = job.placement.box
    assert np.abs(line[1] - line[0]).max() * 0.05 == pytest.approx(right - left, abs=0.1)
    monkeypatch.setitem(table, "broken", {**table["hp7550"], "plotter_unit_length": "a bit"})
    with pytest.raises(InputError, match="a device that vpype can read, got 'broken'"):
        hpgl_text(job, device="broken")


def test_lines_beyond_reach_are_refused_not_cut():
    with pytest.raises(InputError, match=r"what hp7475a reaches on a4, got .* m outside: try a larger margin"):
        hpgl_text(bars("a4", 1.4, margin=0))
    hpgl_text(bars("a4", 1.4, margin=15))
