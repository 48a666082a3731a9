from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
import shapely
import torch
from flat import Flat, many
from hypothesis import given, settings
from hypothesis import strategies as st
from plots import bar, drawn, iou, length_of, planned, stroke

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError, MissingProgram
from wmpaint.export.plotter import FILLS, Job, Order, Pen, PenSet, Speeds, plan
from wmpaint.strokes import Strokes

BLACK, RED, WHITE = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)
PENS = PenSet((Pen("red", RED, 0.5), Pen("black", BLACK, 0.5)))
RAW = Order(merge=0, sort=False, simplify=None)
SQUARE = {"page": (100, 100), "margin": 0, "order": RAW}  # canvas of 100 mm


def paths(job: Job, name: str) -> list[np.ndarray]:
    return next((list(layer.paths) for layer in job.layers if layer.pen.name == name), [])


class Painting:
    """What `plan` asks of a painting."""

    def __init__(self, strokes: Strokes, renderer: Flat, **parameters: object) -> None:
        self.strokes, self.medium, self.parameters = strokes, renderer, parameters
        self.canvas, self.program_height, self.title = Canvas(), 200, "a cat"

    def to_json(self) -> str:
        return "{}"


def test_crossing_bars_by_hand():
    # A red bar across, 60 mm long; a black one down over it, 20 mm wide; pens of 0.5 mm.
    strokes = Strokes.cat([bar((20, 50), (80, 50), 2, RED), bar((50, 20), (50, 80), 10, BLACK)])
    job = plan(strokes, PENS, fill="center", hide=1.0, **SQUARE)
    # Its line goes on beneath the edge for a quarter of the pen's width.
    left, right = sorted(paths(job, "red"), key=lambda line: line[0][0])
    np.testing.assert_allclose([left[0], left[-1]], [[20, 50], [40.125, 50]], atol=0.02)
    np.testing.assert_allclose([right[0], right[-1]], [[59.875, 50], [80, 50]], atol=0.02)
    assert length_of(paths(job, "black")) == pytest.approx(60, abs=1e-3) and job.hidden == 0
    # Half hidden: the inner 10 mm; not at all: all of it is there.
    half = plan(strokes, PENS, fill="center", hide=0.5, **SQUARE)
    assert length_of(paths(half, "red")) == pytest.approx(60 - 10 + 0.25, abs=0.05)
    assert length_of(paths(plan(strokes, PENS, fill="center", **SQUARE), "red")) == pytest.approx(60, abs=1e-3)
    # The other way around, red lies above.
    turned = plan(strokes[[1, 0]], PENS, fill="center", hide=1.0, **SQUARE)
    assert length_of(paths(turned, "black")) == pytest.approx(60 - 4 + 0.25, abs=0.05)


def test_a_buried_stroke_is_counted_and_not_drawn():
    strokes = Strokes.cat([bar((45, 50), (55, 50), 2, RED), bar((20, 50), (80, 50), 10, BLACK)])
    job = plan(strokes, PENS, **SQUARE)
    assert [layer.pen.name for layer in job.layers] == ["black"] and (job.hidden, job.bare, job.strokes) == (1, 0, 2)
    assert plan(strokes, PENS, hide=0, **SQUARE).hidden == 0


def test_light_strokes_are_dropped_and_counted_and_hide_all_the_same():
    strokes = Strokes.cat([bar((20, 50), (80, 50), 2, BLACK), bar((50, 20), (50, 80), 10, (0.99, 1.0, 1.0))])
    job = plan(strokes, PENS, fill="center", hide=1.0, **SQUARE)
    assert job.bare == 1 and length_of(paths(job, "black")) == pytest.approx(40 + 0.25, abs=0.05)


def test_pens_are_drawn_light_to_dark():
    job = planned(12, pens="brush_pens")
    light = [sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), layer.pen.color, strict=True)) for layer in job.layers]
    assert len(light) > 3 and light == sorted(light, reverse=True)


def test_what_is_drawn_is_what_is_seen():
    # Solid: red outside the black stroke, black all over it.
    strokes = Strokes.cat([bar((20, 50), (80, 50), 6, RED), stroke([[30, 20], [60, 50], [70, 90]], 5)])
    job = plan(strokes, PENS, fill="insets", **SQUARE)
    black = shapely.LineString(_curve([[30, 20], [60, 50], [70, 90]])).buffer(5)
    red = shapely.LineString([(20, 50), (80, 50)]).buffer(6).difference(black)
    assert iou(drawn(paths(job, "black"), 0.5), black) > 0.99
    inked = drawn(paths(job, "red"), 0.5)
    assert inked.intersection(red).area > 0.98 * red.area
    assert inked.difference(red.buffer(0.55)).is_empty  # tucked beneath the black by half a pen at the most


def _curve(corners) -> np.ndarray:
    t = np.linspace(0, 1, 200)[:, None]
    a, b, c = np.array(corners, float)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


@pytest.mark.parametrize("fill", FILLS)
def test_nothing_leaves_the_margins(fill):
    strokes = many(8, seed=5)
    strokes = strokes.replace(points=strokes.points * 2 - 0.5, radius=strokes.radius * 2)
    for pens in ("fineliners", ["#333"]):
        job = plan(strokes, pens, fill=fill, page=(80, 120), margin=10)
        for layer in job.layers:
            half = layer.pen.width / 2
            points = np.concatenate(layer.paths)
            left, top, right, bottom = job.placement.box
            assert (points >= np.array([left, top]) + half - 1e-5).all()
            assert (points <= np.array([right, bottom]) - half + 1e-5).all()


def test_travel_falls_by_four_fifths():
    # The strokes of a painting: 500, a few radii long.
    chance = torch.Generator().manual_seed(0)
    start = torch.rand((500, 1, 2), generator=chance)
    points = start + 0.06 * torch.randn((500, 3, 2), generator=chance)
    strokes = Strokes(points, torch.full((500,), 0.004), torch.ones(500, 2), torch.rand((500, 3), generator=chance))
    job = plan(strokes, 4, fill="center", hide=0)
    assert len(job.layers) == 4 and job.total.lifts > 400
    assert job.total.travel <= 0.2 * job.total_before.travel
    kept = plan(strokes, 4, fill="center", hide=0, order=Order(flip=False))
    assert job.total.travel < kept.total.travel < job.total_before.travel


def test_mixed_pens_hatch_at_their_own_angles():
    strokes = stroke([[20, 50], [50, 50], [80, 50]], 15, (0.5, 0.5, 0.2))
    job = plan(strokes, "cmyk", **SQUARE)
    assert len(job.layers) >= 2 and job.settings["mix"] is True and job.settings["fill"] == "hatch"
    for layer in job.layers:
        steps = np.array([path[-1] - path[0] for path in layer.paths])
        angles = {round(float(a)) % 90 for a in np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))}
        assert angles == {round(layer.pen.angle) % 90}
    assert len(plan(strokes, "cmyk", mix=False, **SQUARE).layers) == 1


def test_a_tone_of_one_pen_by_hand():
    # sRGB 0.5 is 0.214 of the light: 78.6 % ink.
    strokes = stroke([[20, 50], [50, 50], [80, 50]], 15, (0.5, 0.5, 0.5))
    job = plan(strokes, [Pen("black", BLACK, 0.5)], fill="hatch", **SQUARE)
    within = shapely.LineString([(20, 50), (80, 50)]).buffer(14)
    ink = drawn(paths(job, "black"), 0.5).intersection(within).area / within.area
    assert ink == pytest.approx(1 - ((0.5 + 0.055) / 1.055) ** 2.4, abs=0.03)


def test_pens_in_the_strokes_own_colors():
    strokes = Strokes.cat(
        [bar((20, y), (80, y), 2, color) for y, color in ((20, RED), (40, BLACK), (60, RED), (80, WHITE))]
    )
    job = plan(strokes, 3, fill="center", **SQUARE)
    assert [layer.pen.name for layer in job.layers] == ["#ff0000", "#000000"] and job.bare == 1


def test_a_painting_is_measured_and_says_what_it_is():
    # Half as wide as its radius says, and for half the strokes too faint to be seen or to hide.
    strokes = bar((20, 50), (80, 50), 10, BLACK)
    job = plan(Painting(strokes, Flat(1.0, 0.5)), PENS, fill="outline", **SQUARE)
    heights = np.concatenate(paths(job, "black"))[:, 1]
    assert np.ptp(heights) == pytest.approx(10 - 0.5, abs=0.6)  # to a pixel of 0.5 mm
    assert job.title == "a cat" and job.painting == "{}"
    faint = Painting(Strokes.cat([strokes, bar((50, 20), (50, 80), 10, BLACK)]), Flat(0.02))
    with pytest.raises(InputError, match="dark enough for one of 2 pens, got 2 too light, and 0 hidden or outside"):
        plan(faint, PENS, **SQUARE)


def test_the_pens_it_was_painted_with():
    strokes = Strokes.cat([bar((20, y), (80, y), 2, WHITE) for y in (20, 40, 60, 80)])
    strokes = strokes.replace(pen=torch.tensor([0, 1, 2, -1]))  # and what is no pen leaves the paper bare
    own = [{"name": "red", "color": "#f00"}, {"name": "black", "color": "#000"}]
    job = plan(Painting(strokes, Flat(), pens=own), fill="center", **SQUARE)
    assert [len(paths(job, name)) for name in ("red", "black")] == [1, 1] and job.bare == 2
    assert {layer.pen.name for layer in plan(strokes, PENS, hide=0, canvas=Canvas(background=BLACK)).layers} == {"red"}


def test_lifted_strokes_are_left_out():
    strokes = Strokes.cat([bar((20, y), (80, y), 2) for y in (20, 40)]).replace(lifted=torch.tensor([True, False]))
    job = plan(strokes, PENS, fill="center", **SQUARE)
    assert job.strokes == 1 and paths(job, "black")[0][0, 1] == pytest.approx(40, abs=1e-4)
    with pytest.raises(InputError, match="strokes to plot, got none"):
        plan(strokes.replace(lifted=torch.tensor([True, True])), PENS)


def test_the_same_seed_gives_the_same_job():
    first, second = (plan(many(12), 3, order=Order(reloop=True), seed=4, page="a6") for _ in range(2))
    assert str(first) == str(second)
    for one, two in zip(first.layers, second.layers, strict=True):
        assert one.pen == two.pen
        for a, b in zip(one.paths, two.paths, strict=True):
            np.testing.assert_array_equal(a, b)


def test_threads_and_random_numbers_are_left_alone():
    np.random.seed(3)
    before, wanted = np.random.get_state()[1].copy(), str(plan(many(8), 2, page="a6"))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(str(plan(many(8), 2, page="a6")))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 3 and (np.random.get_state()[1] == before).all()


def test_dots_strokes_off_the_canvas_and_giants():
    dot, off = bar((50, 50), (50, 50), 0.01), bar((500, 500), (600, 600), 5)
    job = plan(Strokes.cat([dot, off]), PENS, fill="center", **SQUARE)
    assert job.hidden == 1 and length_of(paths(job, "black")) == pytest.approx(0.1)
    assert plan(Strokes.cat([dot, off]), PENS, fill="center", page=(100, 100), margin=0).total.lifts == 1
    giant = stroke([[-5000, 50], [50, 50], [6000, 50]], 1600)
    for fill in FILLS:
        assert plan(giant, PENS, fill=fill, **SQUARE).layers
    with pytest.raises(InputError, match="a stroke on the canvas"):
        plan(off, PENS, **SQUARE)


@pytest.mark.parametrize("aspect", [1 / 64, 0.5, 64])
def test_canvases_of_any_shape(aspect):
    strokes = many(6)
    strokes = strokes.replace(
        points=strokes.points * torch.tensor([aspect, 1.0]), radius=strokes.radius * min(1, aspect)
    )
    for canvas in (Canvas(aspect), Canvas(aspect, background=None)):
        job = plan(strokes, PENS, canvas=canvas)
        assert job.total.drawn > 0 and job.paper == WHITE


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"page": "a99"}, "a page out of a0"),
        ({"margin": "-5mm"}, "a margin of 0 mm or more"),
        ({"page": (20, 20)}, "a page larger than its margins"),
        ({"pens": [Pen("brush", BLACK, 99.0)], "page": "a6"}, r"pens narrower than the drawing, .*'brush' of 99 mm"),
        ({"pens": "crayons"}, "pens out of black"),
        ({"pens": 0}, "1 to 64 pens, got 0"),
        ({"pens": 65}, "1 to 64 pens, got 65"),
        ({"pens": True}, "pens by name, file or list"),
        ({"fill": "scribble"}, "a fill out of center, outline, offsets, insets, hatch, hairs, got 'scribble'"),
        ({"hide": 1.1}, "hide of 0 to 1, got 1.1"),
        ({"hide": float("nan")}, "hide of 0 to 1"),
        ({"overlap": 0.95}, "overlap of 0 to 0.9"),
        ({"overlap": "much"}, "overlap of 0 to 0.9"),
        ({"seed": -1}, "a seed of 0 to"),
        ({"seed": 1.5}, "a seed of 0 to"),
        (
            {"canvas": Canvas(background=(0.0, 0.0, 0.0)), "pens": "black"},
            "light enough for one of 1 pens, got .* too dark",
        ),
    ],
)
def test_bad_input_is_one_sentence(options, says):
    strokes = bar((20, 50), (80, 50), 3)
    with pytest.raises(InputError, match=says) as caught:
        plan(strokes, **{"pens": PENS, **options})
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_bad_strokes_are_named():
    strokes = many(3)
    strokes.points[1, 0, 0] = float("nan")
    with pytest.raises(InputError, match="points of stroke 1"):
        plan(strokes)
    with pytest.raises(InputError, match="strokes to plot, got none"):
        plan(Strokes.empty())
    with pytest.raises(InputError, match="a painting or strokes to plot, got str"):
        plan("cat.png")
    with pytest.raises(InputError, match="of another color than the paper's"):
        plan(bar((20, 50), (80, 50), 3, WHITE), 4)


def test_a_pen_file_with_a_mistake(tmp_path):
    (tmp_path / "pens.toml").write_text('[[pen]]\nname = "a"\ncolor = "pink"\n')
    with pytest.raises(FileError, match=r"'pens\.toml', line 3, key 'color'"):
        plan(many(3), tmp_path / "pens.toml")


def test_a_missing_vpype_is_said_before_the_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "vpype", None)
    with pytest.raises(MissingProgram, match=r"pip install 'wmpaint\[plotter\]'"):
        plan(many(3))


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, width=32) | st.sampled_from([low, high, (low + high) / 2])


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_no_strokes_crash_a_plan(data):
    count = data.draw(st.integers(1, 3))
    near = data.draw(st.sampled_from([1.0, 64.0]))
    values = data.draw(st.lists(number(-near, near), min_size=6 * count, max_size=6 * count))
    radius = data.draw(st.lists(st.sampled_from([1e-9, 1e-4, 0.02, 0.3, 16.0]), min_size=count, max_size=count))
    color = data.draw(st.lists(number(0, 1), min_size=3 * count, max_size=3 * count))
    strokes = Strokes(
        torch.tensor(values, dtype=torch.float32).reshape(count, 3, 2), torch.tensor(radius), torch.ones(count, 2),
        torch.tensor(color, dtype=torch.float32).reshape(count, 3),
    )  # fmt: skip
    fill, pens = (
        data.draw(st.sampled_from(sorted(FILLS))),
        data.draw(st.sampled_from([[Pen("a", BLACK, 1.0)], "cmyk", 2])),
    )
    try:
        job = plan(strokes, pens, fill=fill, page=(60, 90), margin=5, hide=data.draw(st.sampled_from([0.0, 0.3, 1.0])))
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert job.total.drawn > 0 and all(np.isfinite(path).all() for layer in job.layers for path in layer.paths)
    assert len(str(job)) > 10


def test_speeds_count(monkeypatch):
    slow, fast = (plan(bar((20, 50), (80, 50), 3), PENS, speeds=Speeds(down, 100, 0), **SQUARE) for down in (10, 100))
    assert slow.total.minutes > 5 * fast.total.minutes
