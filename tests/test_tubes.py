"""Tubes: their own colors, what painters know of mixtures, and the nearest one."""

from __future__ import annotations

import pytest
import torch

from wmpaint.color import delta_e, parse_color, to_lab
from wmpaint.errors import InputError
from wmpaint.tubes import MOST, PALETTES, TUBES, WHITE, Tubes


def mixed(**parts: int) -> torch.Tensor:
    names = [name.replace("_", " ") for name in parts]
    tubes = Tubes.of(names)
    return tubes.mix(torch.tensor([parts[name.replace(" ", "_")] for name in tubes.names]))


def apart(one: torch.Tensor, other: str) -> float:
    return float(delta_e(to_lab(one[None]), to_lab(torch.tensor([parse_color(other)]))))


@pytest.mark.parametrize("name", [name for name in TUBES if name != WHITE])
def test_a_tube_has_its_masstone_and_its_tint(name: str) -> None:
    tubes = Tubes.of([name, WHITE])
    assert apart(tubes.mix(torch.tensor([1, 0])), TUBES[name][1]) < 0.1
    assert apart(tubes.mix(torch.tensor([1, 9])), TUBES[name][2]) < 2.5


def test_mixtures_that_painters_know() -> None:
    red, green, blue = mixed(cadmium_yellow=1, ultramarine=1)
    assert green > red + 0.1 and green > blue + 0.1
    neutral = mixed(ultramarine=1, burnt_sienna=1)
    assert float(neutral.max() - neutral.min()) < 0.06 and float(neutral.max()) < 0.25
    red, green, blue = mixed(cadmium_yellow=4, ivory_black=1)
    assert green >= red > blue + 0.15  # olive
    weak, strong = mixed(titanium_white=20, yellow_ochre=1), mixed(titanium_white=20, phthalo_blue=1)
    assert float(weak.min()) > float(strong.min()) + 0.15


def test_a_palette_is_names_or_a_name() -> None:
    tubes = Tubes.of(" Ultramarine,burnt  sienna, titanium white,ultramarine")
    assert tubes.names == ("ultramarine", "burnt sienna", "titanium white")
    assert Tubes.of("zorn").names == PALETTES["zorn"] and Tubes.of(["zorn"]).names == PALETTES["zorn"]
    assert Tubes.of("lamp black").parts.tolist() == [[1]]


@pytest.mark.parametrize("palette", ["", [], "ultramarin", "zorn, lamp black", list(TUBES)[: MOST + 1]])
def test_other_palettes_are_refused(palette: str | list[str]) -> None:
    with pytest.raises(InputError, match="tube"):
        Tubes.of(palette)


def test_the_nearest_mixture() -> None:
    tubes = Tubes.of("primaries")
    used = (tubes.parts > 0).sum(1)
    assert used.min() == 1 and used.max() == 3 and bool((used[1:] >= used[:-1]).all())
    index = torch.tensor([0, 7, len(used) - 1])
    assert tubes.nearest(tubes.colors[index]).tolist() == index.tolist()
    torch.testing.assert_close(tubes.mix(tubes.parts), tubes.colors)
    recipe = tubes.recipe(int(index[2]))
    assert (
        list(recipe.values()) == sorted(recipe.values(), reverse=True) and sum(recipe.values()) == tubes.parts[-1].sum()
    )
    inside = tubes.mix(torch.tensor([[5.0, 2.0, 0.0, 1.0], [7.0, 0.0, 1.0, 1.5]]))
    assert float(delta_e(to_lab(inside), tubes.lab[tubes.nearest(inside)]).max()) < 3
    assert len(tubes.nearest(torch.zeros(0, 3))) == 0
