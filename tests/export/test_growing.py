from __future__ import annotations

import torch

from wmpaint.export.animation import growing, with_ring


def bar() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """White, white with a black bar of columns 10 to 29 and rows 8 to 11, and the straight stroke it is."""
    before = torch.ones(3, 20, 40)
    after = before.clone()
    after[:, 8:12, 10:30] = 0
    return before, after, torch.tensor([[10.0, 10.0], [20.0, 10.0], [30.0, 10.0]])


def test_a_stroke_grows_from_its_start():
    before, after, points = bar()
    frames = list(growing(before, after, points, 2.0, [0.0, 0.5, 1.0]))
    assert frames[2].equal(after) and frames[2] is not after
    # Up to the middle at column 20, and two pixels of the brush's round end beyond it.
    half = (frames[1][0] < 0.5)[9]
    assert half[10:21].all() and not half[23:].any()
    assert (frames[0] < 0.5).any() and not (frames[0][:, :, 14:] < 0.5).any()
    shown = [int((frame[0] < 0.5).sum()) for frame in growing(before, after, points, 2.0, [k / 20 for k in range(21)])]
    assert shown == sorted(shown) and shown[-1] == 80 and len(set(shown)) > 15


def test_a_stroke_backwards_grows_from_the_other_end():
    before, after, points = bar()
    (half,) = growing(before, after, points.flip(0), 2.0, [0.5])
    assert (half[0, 9, 20:30] == 0).all() and (half[0, 9, 10:17] == 1).all()


def test_a_stroke_that_shows_nowhere_and_a_dot():
    before, after, points = bar()
    assert [frame.equal(before) for frame in growing(before, before, points, 2.0, [0.3, 0.6])] == [True, True]
    dot = torch.tensor([[20.0, 10.0]] * 3)
    (frame,) = growing(before, after, dot, 30.0, [0.5])
    assert frame.equal(after)


def test_a_ring_shows_on_black_and_on_white():
    for tone in (0.0, 1.0):
        picture = torch.full((3, 60, 60), tone)
        marked = with_ring(picture, (30.0, 30.0), 12.0)
        assert (picture == tone).all()
        off = (marked - tone).abs()[0]
        distance = torch.hypot(*torch.meshgrid(torch.arange(60) + 0.5 - 30, torch.arange(60) + 0.5 - 30, indexing="ij"))
        assert off[distance < 9.5].max() == 0 and off[distance > 14.5].max() == 0
        # All around: of the pixels near the circle, in each of eight directions, some stand out.
        for k in range(8):
            angle = torch.tensor(k * torch.pi / 4)
            y, x = int(30 + 12 * angle.sin()), int(30 + 12 * angle.cos())
            assert off[y - 2 : y + 3, x - 2 : x + 3].max() > 0.4


def test_rings_at_the_edge_and_far_away():
    picture = torch.full((3, 20, 30), 0.5)
    assert (with_ring(picture, (0.0, 0.0), 5.0) != picture).any()
    for center in ((-100.0, 5.0), (5.0, 1e6), (31.0 + 20, 5.0)):
        assert with_ring(picture, center, 5.0).equal(picture)
    assert (with_ring(picture, (10.0, 10.0), 0.001) != picture).any()  # a brush of no width is still seen
    assert with_ring(torch.ones(3, 1, 1), (0.5, 0.5), 1.0).shape == (3, 1, 1)
