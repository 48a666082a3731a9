from __future__ import annotations

import pytest
import torch

from wmpaint.errors import InputError
from wmpaint.export.bitmap import flatten, over


def test_over_and_flatten():
    half_red = torch.tensor([0.5, 0.0, 0.0, 0.5])[:, None, None].expand(4, 2, 3)
    blue = torch.tensor([0.0, 0.0, 1.0])[:, None, None].expand(3, 2, 3)
    assert over(half_red, blue)[:, 0, 0].tolist() == [0.5, 0, 0.5]
    assert over(half_red, half_red)[:, 1, 2].tolist() == [0.75, 0, 0, 0.75]
    assert flatten(half_red)[:, 0, 0].tolist() == [1, 0.5, 0.5]
    assert flatten(half_red, (0, 0, 0))[:, 0, 0].tolist() == [0.5, 0, 0]
    assert flatten(blue) is blue
    with pytest.raises(InputError, match="got \\(3, 2, 3\\)"):
        over(blue, blue)
