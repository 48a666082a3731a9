from __future__ import annotations

import pytest
import torch

from wmpaint.color import delta_e, parse_color, to_hex, to_lab
from wmpaint.errors import InputError

# G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula", 2005, table 1.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


def test_delta_e_is_that_of_sharma_s_pairs():
    rows = torch.tensor([[float(x) for x in line.split()] for line in SHARMA.split("\n") if line], dtype=torch.float64)
    assert len(rows) == 34
    first, second, wanted = rows[:, :3], rows[:, 3:6], rows[:, 6]
    torch.testing.assert_close(delta_e(first, second), wanted, atol=5.1e-5, rtol=0)
    torch.testing.assert_close(delta_e(second, first), wanted, atol=5.1e-5, rtol=0)
    # What older formulas say is another number: the distance in CIELAB.
    assert float(((first - second).norm(dim=1) - wanted).abs().max()) > 1


def test_delta_e_broadcasts_and_is_zero_for_equal_colors():
    colors = torch.rand(5, 3)
    table = delta_e(to_lab(colors)[:, None], to_lab(colors)[None])
    assert table.shape == (5, 5) and float(table.diagonal().max()) == 0
    torch.testing.assert_close(table, table.t(), atol=1e-3, rtol=0)
    black, white = to_lab(torch.zeros(1, 3)), to_lab(torch.ones(1, 3))
    assert float(delta_e(black, white)) == pytest.approx(100, abs=0.01)


def test_lab_of_known_colors():
    rgb = torch.tensor([[0.0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5]])
    red, green, blue = [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]
    wanted = torch.tensor([[0, 0, 0], [100, 0, 0], red, green, blue, [53.39, 0, 0]])
    torch.testing.assert_close(to_lab(rgb), wanted, atol=0.05, rtol=0)
    assert to_lab(torch.rand(2, 7, 3)).shape == (2, 7, 3)


def test_colors_as_text():
    assert parse_color("#ff0000") == parse_color(" F00 ") == (1.0, 0.0, 0.0)
    assert parse_color([0, 0.5, 1]) == (0.0, 0.5, 1.0)
    assert to_hex((0, 0.5, 1)) == "#0080ff" and to_hex((-1, 2, 0.2)) == "#00ff33"
    for value in ("#000000", "#1d4ed8", "#ffffff"):
        assert to_hex(parse_color(value)) == value


@pytest.mark.parametrize(
    "value", ["red", "#12", "#12345g", "", (1, 2, 3), (0, 0), (0, 0, float("nan")), None, 5, (True, 0, 0)]
)
def test_what_is_no_color_is_refused(value):
    with pytest.raises(InputError, match=r"expected the ink such as #1d4ed8, or as three numbers in 0\.\.1, got"):
        parse_color(value, "the ink")
