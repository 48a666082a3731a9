from __future__ import annotations

import math

import pytest

from wmpaint.media.programs import Brush
from wmpaint.media.programs._library import Library
from wmpaint.media.programs.settings import INPUTS, SETTINGS, Setting, paced, ranges, speed_input, value_bounds


def test_the_table_is_libmypaints_own(libmypaint: Library) -> None:
    assert set(libmypaint.settings) == set(SETTINGS) and set(libmypaint.inputs) == set(INPUTS)


def test_bounds_look_at_the_ends_and_the_corners() -> None:
    setting = Setting(1.0, {"pressure": ((0.0, 0.0), (0.5, 3.0), (1.0, -1.0)), "random": ((0.0, -2.0), (1.0, 2.0))})
    assert value_bounds(setting, INPUTS) == (1 - 1 - 2, 1 + 3 + 2)


def test_end_pieces_of_a_curve_go_on() -> None:
    setting = Setting(0.0, {"pressure": ((0.25, 0.0), (0.5, 1.0))})
    assert value_bounds(setting, {"pressure": (0.0, 1.0)}) == (-1.0, 3.0)


def test_speed_input_is_a_half_at_45_with_slope_0_015() -> None:
    for gamma in (-2.0, 4.0, 8.0):
        assert speed_input(gamma, 45.0) == pytest.approx(0.5)
        slope = (speed_input(gamma, 45.01) - speed_input(gamma, 44.99)) / 0.02
        assert slope == pytest.approx(0.015, rel=1e-5)


def test_custom_inputs_settle_or_are_refused() -> None:
    settings = dict(Brush.load("round").settings)
    settings["custom_input"] = Setting(0.5, {"pressure": ((0.0, 0.0), (1.0, 1.0))})
    found = ranges(settings)
    assert found is not None and found["custom"] == (0.0, 1.5)
    settings["custom_input"] = Setting(0.5, {"custom": ((0.0, 0.0), (1.0, 2.0))})
    assert ranges(settings) is None


def test_pace_scales_times_rates_and_lengths() -> None:
    settings = dict(Brush.load("round").settings)
    settings["slow_tracking"] = Setting(2.0)
    settings["dabs_per_second"] = Setting(30.0)
    settings["speed1_slowness"] = Setting(0.1, {"pressure": ((0.0, 0.0), (1.0, 0.2))})
    settings["direction_filter"] = Setting(2 * math.log(1 + 4.0))  # 4 pixels
    settings["opaque"] = Setting(1.0, {"brush_radius": ((0.0, 0.0), (1.0, 1.0))})
    new = paced(settings, 2.0)
    assert new["slow_tracking"].base == 4.0 and new["dabs_per_second"].base == 15.0
    assert new["speed1_slowness"] == Setting(0.2, {"pressure": ((0.0, 0.0), (1.0, 0.4))})
    assert math.exp(new["direction_filter"].base / 2) - 1 == pytest.approx(8.0)
    assert new["opaque"].curves["brush_radius"] == ((math.log(2), 0.0), (1 + math.log(2), 1.0))
    assert paced(settings, 1.0) == {}
    again = paced({**settings, **new}, 0.5)
    for name, setting in again.items():
        assert setting.base == pytest.approx(settings[name].base, abs=1e-12), name
