from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

from wmpaint.errors import InputError, MissingProgram
from wmpaint.export.plotter.order import Order, as_document, from_document, run
from wmpaint.export.plotter.plot import Effort, PlotLayer, Speeds
from wmpaint.pens import Pen

PEN = Pen("a", (0, 0, 0), 0.4)


def segment(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float)


def layer(*paths: np.ndarray) -> PlotLayer:
    return PlotLayer(PEN, tuple(paths))


def ordered(order: Order, *paths: np.ndarray) -> list[list[list[float]]]:
    (found,) = order((layer(*paths),))
    assert found.pen is PEN
    return [np.round(path, 6).tolist() for path in found.paths]


def test_lines_that_meet_are_joined():
    first, second, apart = segment((10, 10), (20, 10)), segment((20.3, 10), (20.3, 30)), segment((50, 50), (60, 50))
    assert len(ordered(Order(), first, second, apart)) == 2  # nearer than the pen is wide
    assert len(ordered(Order(merge="0.2mm"), first, second, apart)) == 3
    assert len(ordered(Order(merge=0), first, second, apart)) == 3
    assert len(ordered(Order(merge="5cm"), first, second, apart)) == 1


def test_sorting_by_hand():
    # The first line stays; then comes what begins (or ends) nearest to where it ended, at 12.
    first, begins, ends = segment((30, 0), (12, 0)), segment((9, 0), (5, 0)), segment((40, 0), (11, 0))
    assert ordered(Order(), first, begins, ends) == [[[30, 0], [12, 0]], [[11, 0], [40, 0]], [[9, 0], [5, 0]]]
    last = segment((2, 0), (1, 0))
    assert ordered(Order(flip=False), first, last, begins) == [first.tolist(), begins.tolist(), last.tolist()]
    for order in (Order(sort=False), Order(sort=False, merge=0, simplify=None)):
        assert ordered(order, ends, first, begins) == [ends.tolist(), first.tolist(), begins.tolist()]


def test_without_flip_every_line_keeps_its_direction():
    rng = np.random.default_rng(2)
    starts = rng.uniform(0, 200, (80, 2))
    lines = [np.stack([start, start + np.array([5, 0])]) for start in starts]  # all to the right
    for order, ways in ((Order(flip=False, merge=0.1), {1.0}), (Order(merge=0.1), {1.0, -1.0})):
        assert {float(np.sign(path[-1][0] - path[0][0])) for path in ordered(order, *lines)} == ways


def test_simplify_keeps_to_its_tolerance():
    x = np.linspace(0, 50, 400)
    wave = np.stack([x, 30 + np.sin(x)], 1)
    (fine,), (coarse,) = ordered(Order(), wave), ordered(Order(simplify="0.2mm"), wave)
    assert len(coarse) < len(fine) < 400
    for path, most in ((fine, 0.0101), (coarse, 0.2)):
        path = np.array(path)
        assert np.abs(np.interp(x, path[:, 0], path[:, 1]) - wave[:, 1]).max() < 1.5 * most
    (all_of_it,) = ordered(Order(simplify=None), wave)
    assert len(all_of_it) == 400


def test_passes_go_back_and_forth():
    (path,) = ordered(Order(passes=3), segment((0, 0), (10, 0)))
    assert path == [[0, 0], [10, 0], [0, 0], [10, 0]]


def test_closed_lines_begin_anywhere():
    angles = np.linspace(0, 2 * np.pi, 61)
    ring = 50 + 20 * np.stack([np.cos(angles), np.sin(angles)], 1)
    seams = {tuple(Order(reloop=True)((layer(ring),), seed)[0].paths[0][0].round(3)) for seed in range(8)}
    assert len(seams) > 3
    one, two = (Order(reloop=True)((layer(ring),), 5)[0].paths[0] for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(one[0], one[-1], atol=1e-6)
    assert Order()((layer(ring),))[0].paths[0][0] == pytest.approx(ring[0], abs=1e-3)


def test_two_opt_is_no_worse():
    rng = np.random.default_rng(0)
    lines = [np.stack([start, start + rng.uniform(-9, 9, 2)]) for start in rng.uniform(10, 200, (60, 2))]
    plain, better = (
        Effort.of(Order(two_opt=two_opt)((layer(*lines),))[0].paths, Speeds()).travel for two_opt in (False, True)
    )
    assert better <= plain < 0.5 * Effort.of(lines, Speeds()).travel


def test_numpy_s_random_numbers_are_left_alone():
    np.random.seed(7)
    before = np.random.get_state()
    angles = np.linspace(0, 2 * np.pi, 30)
    Order(reloop=True)((layer(50 + np.stack([np.cos(angles), np.sin(angles)], 1)),), seed=3)
    after = np.random.get_state()
    assert before[0] == after[0] and (before[1] == after[1]).all() and before[2:] == after[2:]


def test_threads_do_not_disturb_each_other():
    rng = np.random.default_rng(1)
    jobs = [
        [np.stack([start, start + 3]) for start in rng.uniform(0, 100, (20 + 10 * k, 2))] for k in range(4)
    ]  # of different lengths
    wanted = [ordered(Order(), *lines) for lines in jobs]
    found: dict[int, list] = {}

    def work(k: int) -> None:
        found[k] = ordered(Order(), *jobs[k])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[k] for k in range(4)] == wanted


def test_documents_are_in_millimetres():
    lines = (segment((0, 0), (25.4, 50.8)),)
    document = as_document([PlotLayer(PEN, lines), PlotLayer(PEN, lines)], (210, 297))
    assert document.page_size == pytest.approx((210 / 25.4 * 96, 297 / 25.4 * 96))
    assert document.layers[2][0][1] == pytest.approx(96 + 192j)
    for got in from_document(run("scale 2 2", document)):
        assert np.ptp(got[0], 0) == pytest.approx([50.8, 101.6])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"merge": "-1mm"}, "expected merge of 0 mm or more"),
        ({"simplify": -1}, "expected simplify of 0 mm or more"),
        ({"simplify": "fine"}, "expected simplify such as"),
        ({"two_opt": True, "flip": False}, "expected flip with two_opt"),
        ({"passes": 0}, "expected 1 to 20 passes, got 0"),
        ({"passes": 2.0}, "expected 1 to 20 passes"),
    ],
)
def test_bad_orders_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        Order(**options)


def test_a_missing_vpype_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "vpype", None)
    with pytest.raises(MissingProgram, match=r"pip install 'wmpaint\[plotter\]'"):
        Order()((layer(segment((0, 0), (1, 1))),))
