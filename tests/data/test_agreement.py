"""Agreement with a person's strokes, on cases with an answer on paper."""

from __future__ import annotations

import pytest
import torch

from wmpaint.data.agreement import Agreement, agreement, agreements, mean_agreement
from wmpaint.errors import InputError
from wmpaint.strokes import Strokes

# Two lines across and one down, which is in two pieces: the person's strokes 0, 1 and 2.
LINES = [[0.2, 0.2, 0.8, 0.2], [0.2, 0.5, 0.8, 0.5], [0.5, 0.1, 0.5, 0.5], [0.5, 0.5, 0.5, 0.9]]
GROUPS = torch.tensor([0, 1, 2, 2])


def strokes(lines: list[list[float]]) -> Strokes:
    ends = torch.tensor(lines).view(-1, 2, 2)
    points = torch.stack([ends[:, 0], ends.mean(1), ends[:, 1]], 1)
    n = len(lines)
    return Strokes(points, torch.full((n,), 0.02), torch.ones(n, 2), torch.zeros(n, 3))


def found(lines: list[list[float]], **options: float) -> Agreement:
    return agreement(strokes(lines), strokes(LINES), GROUPS, **options)


def backwards(line: list[float]) -> list[float]:
    return line[2:] + line[:2]


def test_the_same_strokes_agree_fully() -> None:
    assert found(LINES) == Agreement(1.0, 1.0, 0.0, 1.0)


def test_more_pieces_agree_as_well() -> None:
    def halves(line: list[float]) -> list[list[float]]:
        x, y = (line[0] + line[2]) / 2, (line[1] + line[3]) / 2
        return [[*line[:2], x, y], [x, y, *line[2:]]]

    assert found([half for line in LINES for half in halves(line)]) == Agreement(1.0, 1.0, 0.0, 1.0)


def test_each_stroke_backwards_has_no_direction() -> None:
    got = found([backwards(line) for line in LINES])
    # the pieces of the line down no longer join, so the pen comes down once more
    assert got == Agreement(1.0, 0.0, 1.0, 1.0)


def test_the_other_way_round_has_no_order() -> None:
    got = found(LINES[::-1])
    assert (got.order, got.direction, got.coverage) == (0.0, 1.0, 1.0)


def test_a_shuffled_pair_is_one_pair_of_six() -> None:
    got = found([LINES[1], LINES[0], LINES[2], LINES[3]])
    assert got == Agreement(pytest.approx(5 / 6), 1.0, 0.0, 1.0)
    assert agreement(strokes([LINES[1], LINES[0]]), strokes(LINES[:2]), GROUPS[:2]).order == 0.0


def test_half_of_the_length_backwards() -> None:
    assert found([LINES[0], backwards(LINES[1])]).direction == pytest.approx(0.5)
    assert found([LINES[0], backwards([0.2, 0.5, 0.5, 0.5])]).direction == pytest.approx(2 / 3)


def test_what_is_missing_is_not_covered() -> None:
    # 0.6 of the 2.0 that the person drew; the line down is crossed, which covers none of it
    got = found([LINES[0]])
    assert got.coverage == pytest.approx(0.3, abs=0.01)
    assert got.count == 2 and got.order == 1.0


def test_what_lies_apart_follows_nothing() -> None:
    assert found([[0.2, 0.97, 0.4, 0.97]]) == Agreement(0.0, 0.0, 2.0, 0.0)
    nearly = [[x0, y0 + 0.03, x1, y1 + 0.03] for x0, y0, x1, y1 in LINES[:2]]
    assert found(nearly).direction == 1.0
    assert found(nearly, reach=0.02) == Agreement(0.0, 0.0, 1.0, pytest.approx(0.0, abs=0.02))


def test_at_a_crossing_the_angle_decides() -> None:
    short = [
        [0.5, 0.46, 0.5, 0.54],
        [0.46, 0.2, 0.54, 0.2],
    ]  # on the line down, then the first across; each covers 0.06 beyond its ends
    assert found(short) == Agreement(0.0, 1.0, 1.0, pytest.approx(0.4 / 2, abs=0.01))


def test_pieces_that_do_not_join_lift_the_pen() -> None:
    gap = [LINES[0], LINES[1], [0.5, 0.1, 0.5, 0.45], [0.5, 0.5, 0.5, 0.9]]
    assert found(gap).count == 1
    assert found(gap, join=0.06).count == 0


def test_a_dot_counts_for_the_order_only() -> None:
    got = found([[0.2, 0.5, 0.2, 0.5], LINES[0]])
    assert got.order == 0.0 and got.direction == 1.0


def test_nothing_painted_agrees_with_nothing() -> None:
    assert agreement(Strokes.empty(), strokes(LINES), GROUPS) == Agreement(0.0, 0.0, 3.0, 0.0)
    lifted = strokes(LINES).replace(lifted=torch.ones(4, dtype=torch.bool))
    assert agreement(lifted, strokes(LINES), GROUPS).coverage == 0.0


def test_batches_leave_out_what_is_absent() -> None:
    batch = Strokes.stack([strokes(LINES), strokes(LINES[:2])])
    groups = torch.tensor([[0, 1, 2, 2], [0, 1, -1, -1]])
    both = agreements(batch, batch, groups)
    assert both == [Agreement(1.0, 1.0, 0.0, 1.0)] * 2
    assert mean_agreement([*both, Agreement(0.0, 0.0, 3.0, 0.5)]) == Agreement(
        pytest.approx(2 / 3), pytest.approx(2 / 3), 1.0, pytest.approx(2.5 / 3)
    )


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="expected a group for each of 1 known stroke or more, got 2 for 4"):
        agreement(strokes(LINES), strokes(LINES), GROUPS[:2])
    with pytest.raises(InputError, match="got 0 for 0"):
        agreement(strokes(LINES), Strokes.empty(), GROUPS[:0])
    with pytest.raises(InputError, match="at least the agreement of one picture"):
        mean_agreement([])
