from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from wmpaint.export.gif import encode_gif


@pytest.mark.parametrize("fps", [7, 15, 24, 25, 30, 50, 60])
def test_a_film_lasts_as_long_as_its_frames(tmp_path, fps):
    """Two seconds of frames that all differ: hundredths are rounded, and the rounding does not add up."""
    frames = [np.full((4, 5, 3), 255 * (k % 2), np.uint8) for k in range(2 * fps)]
    encode_gif(tmp_path / "a.gif", iter(frames), fps=fps)
    with Image.open(tmp_path / "a.gif") as film:
        lasts = []
        for k in range(film.n_frames):
            film.seek(k)
            lasts.append(film.info["duration"])
        assert sum(lasts) == pytest.approx(2000, abs=20) and min(lasts) >= 20
        assert len(lasts) == min(2 * fps, 2 * 50) or fps == 60
        last = np.asarray(film.convert("RGB"))
    assert abs(int(last[0, 0, 0]) - int(frames[-1][0, 0, 0])) < 8
