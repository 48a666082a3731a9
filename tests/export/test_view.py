from __future__ import annotations

from typing import Any

import pytest
import torch
from flat import Flat
from works import bars, painting

from wmpaint import memory
from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.export.view import ground_of, picture_size, view_of
from wmpaint.frame import Frame
from wmpaint.medium import Picture


class Grainy(Flat):
    """`Flat` that adds a number from its generator to all pixels' red."""

    def begin(self, frame: Frame, *, generator: torch.Generator | None = None, **options: Any) -> Any:
        self.red = None if generator is None else torch.rand((), generator=generator)
        return super().begin(frame, **options)

    def look(self, state: Any) -> Picture:
        picture = super().look(state).mean.clone()
        if self.red is not None:
            picture[0] = self.red
        return Picture(picture)


def test_grounds():
    canvas = Canvas(2.0, (0.5, 0.5, 0.5), (20.0, 10.0))
    assert ground_of(canvas, "canvas") is canvas
    assert ground_of(canvas, "transparent") == Canvas(2.0, None, (20.0, 10.0))
    assert ground_of(canvas, "#00ff33").background == (0, 1, 0.2)
    for ground in ("white", "#fff", "#gggggg", "", None, 3, "#000000\n"):
        with pytest.raises(InputError, match='ground of "canvas", "transparent" or "#rrggbb", got'):
            ground_of(canvas, ground)  # type: ignore[arg-type]


def test_a_painting_on_another_ground():
    picture = view_of(painting(), ground="#0000ff").render(bars(), height=20)
    assert picture[:, 5, 10].tolist() == [1, 0, 0, 1] and picture[:, 0, 0].tolist() == [0, 0, 1, 1]
    clear = view_of(painting(), ground="transparent").render(bars(), height=20)
    assert clear[:, 5, 10].tolist() == [1, 0, 0, 1] and clear[:, 0, 0].tolist() == [0, 0, 0, 0]


def test_dream_grain_and_program():
    work = painting(renderer=Grainy())
    plain = view_of(work).render(bars(), height=20)
    assert plain.equal(work.render(20)) and view_of(work).generator() is None
    grain = view_of(work, grain=True)
    first = grain.render(bars(), height=20)
    assert first[0, 0, 0] == torch.rand((), generator=torch.Generator().manual_seed(7))  # the painting's seed
    assert first.equal(grain.render(bars(), height=20))
    assert not first.equal(view_of(work, grain=True, seed=8).render(bars(), height=20))
    real = view_of(work, program="dabs", grain=True)
    assert real.render(bars(), height=20).equal(work.replay("dabs", 20))
    assert view_of(work, program="dabs", seed=5).render(bars(), height=20).equal(work.replay("dabs", 20, 5))
    with pytest.raises(InputError, match="gimp"):
        view_of(work, program="gimp").render(bars(), height=20)


@pytest.mark.parametrize("seed", [-1, 1 << 63, True, 1.5, "7"])
def test_seeds_out_of_range(seed):
    with pytest.raises(InputError, match="seed of 0 to"):
        view_of(painting(), seed=seed)


def test_sizes_on_paper():
    plain, sheet = painting(), painting(canvas=Canvas(2.0, None, (508.0, 508.0)))  # 20 × 10 inches are painted
    assert picture_size(plain, None, None) == (20, None) and picture_size(plain, 50, 72.0) == (50, 72)
    assert picture_size(plain, None, 300) == (20, 300)  # without paper, dpi are only written down
    assert picture_size(sheet, 3000, None) == (3000, pytest.approx(300))
    assert picture_size(sheet, None, 300) == (3000, 300) and picture_size(sheet, None, None) == (20, pytest.approx(2))
    assert picture_size(sheet, 100, 300) == (100, 300)
    for dpi in (0, -1, float("nan"), "300", True, 1e9):
        with pytest.raises(InputError, match="expected dpi of 1 to 100,000, got"):
            picture_size(plain, None, dpi)
    with pytest.raises(InputError, match="height of 1 to 16,384 pixels"):
        picture_size(sheet, None, 2400)


def test_a_picture_that_does_not_fit(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1 << 30)
    monkeypatch.setattr(memory, "_resident", lambda: 1 << 30)  # all libraries
    with pytest.raises(InputError, match=r"expected about 6\.8 GiB .* a picture of 10000 x 10000 pixels, got 1\.0 GiB"):
        view_of(painting()).render(bars(), height=10_000)
    memory.check_picture(3600, 3600)
    with pytest.raises(InputError, match=r"about 1\.9 GiB"):
        memory.check_picture(4000, 4000, kept=3)
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    memory.check_picture(16_000, 16_000)
