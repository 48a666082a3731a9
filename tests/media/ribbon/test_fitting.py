"""Fitting a painter to a program whose strokes are known by formula."""

from __future__ import annotations

import json
import math
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import toys

from wmpaint.errors import BrushError, InputError
from wmpaint.media.programs import Brush, Dabs
from wmpaint.media.ribbon import FitReport, RibbonConfig, RibbonPainter, data, evaluate, fit, fitting, survey

NOISE = 0.3
SMALL = RibbonConfig(radius=(1.0, 12.0))
TINY = RibbonConfig(radius=(1.0, 12.0), hidden=4, body=3, columns=5)


class Fitted:
    """A painter that learned for a few seconds, and how it went."""

    def __init__(self) -> None:
        self.painter, self.program = RibbonPainter(SMALL), toys.SoftRound(NOISE)
        self.told: list[tuple[float, str]] = []
        self.report = fit(
            self.painter, self.program, strokes=150, steps=150, batch=32, test_strokes=30,
            progress=lambda share, what: self.told.append((share, what)),
        )  # fmt: skip


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return Fitted()


def test_it_learns(fitted: Fitted) -> None:
    report = fitted.report
    assert report.error_share < 0.04
    assert report.std_error is not None and report.std_error < 0.4
    fresh = RibbonPainter(fitted.painter.config)
    assert evaluate(fresh, fitted.program, strokes=10, seeds=2).error_share > 3 * report.error_share


def test_it_reports(fitted: Fitted) -> None:
    report = fitted.report
    assert isinstance(report, FitReport)
    assert (report.brush, report.strokes) == ("soft", 30)
    assert len(report.by_radius) == 4 and report.by_radius[3] == 0  # no strokes beyond 16 pixels were asked for
    assert report.seconds > 0 and 10 < report.noise < 60
    assert "soft: error" in str(report) and report.as_dict()["error_share"] == report.error_share
    shares, whats = zip(*fitted.told, strict=True)
    assert list(shares) == sorted(shares) and 0 <= shares[0] < 0.1 and fitted.told[-1] == (1.0, "done")
    assert set(whats) == {"painting strokes", "learning", "testing", "done"}


def test_it_finds_out_what_kind_of_brush_it_is(fitted: Fitted) -> None:
    config = fitted.painter.config
    assert config.noise and config.radius == SMALL.radius
    # Alpha falls below 2/255 some 4.5 softnesses, of 0.3 radii + 0.3 pixels each, outside the radius.
    per_radius, per_pressure, pixels = config.reach
    assert 1.8 < per_radius + per_pressure < 3 and 0.4 < pixels < 3
    info = fitted.painter.notes
    assert (info["brush"], info["brush_hash"], info["program"]) == ("soft", "5" * 64, "toys 1")
    assert (info["seed"], info["strokes"], info["steps"], info["report"]["strokes"]) == (0, 150, 150, 30)


def test_the_file_is_as_good_as_the_painter(fitted: Fitted, tmp_path: Path) -> None:
    fitted.painter.save(tmp_path / "soft.safetensors")
    loaded = RibbonPainter.load(tmp_path / "soft.safetensors")
    for name, weight in fitted.painter.net.state_dict().items():
        assert torch.equal(loaded.net.state_dict()[name], weight), name
    a, b = (evaluate(p, fitted.program, strokes=6, seeds=2, seed=3) for p in (fitted.painter, loaded))
    assert (a.error_share, a.std_error, a.by_radius) == (b.error_share, b.std_error, b.by_radius)
    assert (tmp_path / "soft.safetensors").stat().st_size < 250_000


def test_the_averaging_s_own_noise_is_subtracted(fitted: Fitted) -> None:
    # The mean of 2 seeds is off by NOISE^2 / 2 = 4.5 % of the energy, whatever the painter does.
    few = evaluate(fitted.painter, fitted.program, strokes=25, seeds=2, seed=5)
    many = evaluate(fitted.painter, fitted.program, strokes=25, seeds=16, seed=5)
    assert few.error_share == pytest.approx(many.error_share, abs=0.004)
    assert few.noise == pytest.approx(many.noise, rel=0.03)
    assert many.error_share == pytest.approx(fitted.report.error_share, abs=0.02)


def test_without_noise() -> None:
    program, painter = toys.SoftRound(), RibbonPainter(TINY)
    report = fit(painter, program, strokes=10, steps=3, batch=4, test_strokes=5)
    assert not painter.config.noise and painter.net.spread is None
    assert report.std_error is None and report.noise == 0 and "none" in str(report)


def test_the_same_seed_gives_the_same_painter() -> None:
    def once(seed: int) -> tuple[RibbonPainter, FitReport]:
        painter = RibbonPainter(TINY)
        return painter, fit(painter, toys.SoftRound(NOISE), seed=seed, strokes=16, steps=6, batch=4, test_strokes=3)

    (a, one), (b, two), (c, _) = once(1), once(1), once(2)
    for name, weight in a.net.state_dict().items():
        assert torch.equal(weight, b.net.state_dict()[name]), name
        assert weight.equal(weight.half().float())
    assert one.error_share == two.error_share and one.by_radius == two.by_radius
    assert any(not torch.equal(weight, c.net.state_dict()[name]) for name, weight in a.net.state_dict().items())


@pytest.mark.parametrize("count", [{"strokes": 0}, {"steps": 0}, {"batch": -1}, {"test_strokes": 0}])
def test_counts_below_one_are_refused(count: dict[str, int]) -> None:
    program = toys.SoftRound()
    with pytest.raises(InputError, match=f"expected {next(iter(count))} of 1 or more"):
        fit(RibbonPainter(TINY), program, **count)
    assert program.calls == 0


@pytest.mark.parametrize("radius", [(1.0, 4.0), (8.0, 30.0), (3.0, 3.0)])
def test_any_range_of_radii(radius: tuple[float, float]) -> None:
    painter = RibbonPainter(RibbonConfig(radius=radius, hidden=4, body=3, columns=5))
    report = fit(painter, toys.SoftRound(), strokes=5, steps=2, batch=2, test_strokes=2)
    assert math.isfinite(report.error_share) and painter.config.radius == radius
    assert painter.config.reach[0] * radius[1] + painter.config.reach[2] > 1.8 * radius[1]


def test_a_program_that_paints_nothing_is_refused() -> None:
    painter = RibbonPainter(TINY)
    before = {name: weight.clone() for name, weight in painter.net.state_dict().items()}
    with pytest.raises(InputError, match="soft left every canvas empty"):
        fit(painter, toys.SoftRound(strength=1e-4), strokes=4, steps=1)
    assert all(torch.equal(weight, painter.net.state_dict()[name]) for name, weight in before.items())


def test_evaluate_refuses_too_few() -> None:
    for counts in ({"strokes": 0}, {"seeds": 1}):
        with pytest.raises(InputError, match=r"expected (strokes of 1|seeds of 2) or more"):
            evaluate(toys.painter(), toys.SoftRound(), **counts)


def smudging() -> Brush:
    brush = json.loads(Brush.load("pencil").data)
    brush["settings"]["smudge"] = {"base_value": 0.5, "inputs": {}}
    return Brush("pencil", json.dumps(brush).encode())


def test_a_brush_that_no_ribbon_can_imitate_is_refused_before_it_paints() -> None:
    program = toys.SoftRound()
    program.style = smudging()  # type: ignore[attr-defined]
    with pytest.raises(BrushError, match=r"got pencil with smudge 0\.5"):
        fit(RibbonPainter(TINY), program, strokes=1, steps=1)
    assert program.calls == 0


def test_a_brush_of_one_s_own_comes_with_the_painter_whatever_its_name() -> None:
    program, painter = toys.SoftRound(), RibbonPainter(TINY)
    pencil = Brush.load("pencil")
    own = Brush("pencil", pencil.data.replace(b"\n", b"\n "))
    for style, kept in ((pencil, None), (own, own.data), (Brush("mine", pencil.data), pencil.data)):
        program.info = Dabs(style).info
        painter.adopt(painter.net, program, {})
        definition = painter.notes.get("definition")
        assert (definition and definition.encode()) == kept


class Clock:
    """Time that goes by with what is done: a painting takes 0.02 seconds, a step of the training half a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, painting: float = 0.02) -> None:
        self.now, self.painting, self._lock = 0.0, painting, threading.Lock()
        learn, clock = fitting.predict, SimpleNamespace(perf_counter=lambda: self.now)

        def predict(*args: object) -> object:
            self.pass_by(0.5)
            return learn(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(fitting, "predict", predict)
        # One clock is one worker's: with two, how far the other has come would depend on the machine.
        for module in (fitting, survey):
            monkeypatch.setattr(module, "paint_tiles", partial(data.paint_tiles, threads=1))
        for module in (fitting, survey, data):
            monkeypatch.setattr(module, "time", clock)

    def pass_by(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def program(self) -> toys.SoftRound:
        clock = self

        class Slow(toys.SoftRound):
            def alpha(self, *args: object, **options: object) -> object:  # type: ignore[override]
                clock.pass_by(clock.painting)
                return super().alpha(*args, **options)  # type: ignore[arg-type]

        return Slow(NOISE)


def test_it_keeps_to_the_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    painter = RibbonPainter(TINY)
    with pytest.warns(UserWarning, match="'soft' is not usable: its error is"):
        report = fit(painter, clock.program(), minutes=2, batch=4)  # all 14,000 strokes would take ten minutes
    assert 100 < clock.now <= 120 and report.seconds == clock.now
    assert 500 < painter.notes["strokes"] < 1000 and 80 < painter.notes["steps"] < 150
    assert report.strokes == fitting.FEWEST_TESTED


@pytest.mark.parametrize(("painting", "minutes"), [(0.15, 0.5), (0.15, 1), (0.5, 0.5), (0.5, 2), (2.0, 3)])
def test_slow_programs_keep_to_the_minutes_and_are_told_of(
    monkeypatch: pytest.MonkeyPatch, painting: float, minutes: float
) -> None:
    clock = Clock(monkeypatch, painting)
    with pytest.warns(UserWarning, match="is not usable.* there was time for .* give it more minutes, about") as told:
        report = fit(RibbonPainter(TINY), clock.program(), minutes=minutes, batch=4)
    assert 60 * minutes * 0.8 < clock.now <= 60 * minutes + painting
    assert not report.usable and "not usable" in str(report) and len(told) == 1 and report.strokes >= 4


def test_a_program_too_slow_for_any_stroke_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, 3.0)
    with pytest.raises(InputError, match=r"expected \d\.\d minutes or more for soft, which takes 3 s .* got 0\.5"):
        fit(RibbonPainter(TINY), clock.program(), minutes=0.5)
    assert clock.now <= 9


def test_what_was_asked_for_is_no_reason_for_a_warning() -> None:
    report = fit(RibbonPainter(TINY), toys.SoftRound(NOISE), strokes=8, steps=1, batch=4, test_strokes=4, minutes=5)
    assert not report.usable


def test_an_evaluation_keeps_to_the_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, 0.15)
    report = evaluate(toys.painter(), clock.program(), minutes=0.5)
    assert 4 <= report.strokes < 15 and 20 < clock.now <= 30
    with pytest.raises(InputError, match="minutes above 0"):
        evaluate(toys.painter(), clock.program(), minutes=0)


@pytest.mark.parametrize("minutes", [0, -1.0, float("nan")])
def test_minutes_not_above_zero_are_refused(minutes: float) -> None:
    program = toys.SoftRound()
    with pytest.raises(InputError, match="expected minutes above 0"):
        fit(RibbonPainter(TINY), program, strokes=1, steps=1, minutes=minutes)
    assert program.calls == 0


def test_strokes_of_an_evaluation_are_fresh() -> None:
    class Noting(toys.SoftRound):
        def alpha(self, points: object, *args: object, **options: object) -> object:  # type: ignore[override]
            seen.add(points.tobytes())  # type: ignore[attr-defined]
            return super().alpha(points, *args, **options)  # type: ignore[arg-type]

    seen: set[bytes] = set()
    program, painter = Noting(), RibbonPainter(TINY)
    fit(painter, program, strokes=5, steps=1, batch=2, test_strokes=5)
    known, seen = seen, set()
    for seed in range(3):
        evaluate(painter, program, strokes=5, seed=seed)
    evaluate(painter, program, strokes=5)
    assert len(seen) == 15 and not seen & known
