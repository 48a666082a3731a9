"""Style: the same picture has none to change, and what is minimized is what is said."""

from __future__ import annotations

import pytest
import torch

from wmpaint import features
from wmpaint.color import match_colors
from wmpaint.errors import InputError
from wmpaint.image import load_image, resize, sample_photo
from wmpaint.objectives import Scene, content, style, transfer

NET = features.load("lite0")


def noise(height: int = 48, width: int = 64, seed: int = 0) -> torch.Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def cat() -> torch.Tensor:
    return resize(load_image(sample_photo()), 96, 128)


def value(goal, picture) -> float:
    with torch.no_grad():
        return float(goal(Scene.of(picture)))


@pytest.mark.parametrize("kind", ["gram", "sliced"])
def test_a_picture_is_nearest_to_its_own_style(cat, kind):
    goal = style(cat, NET, kind=kind)
    own, mirrored, other = (value(goal, picture) for picture in (cat, cat.flip(2), noise(96, 128)))
    assert max(own, mirrored) < 0.3 * other


@pytest.mark.parametrize("kind", ["gram", "sliced"])
def test_pixels_go_downhill(cat, kind):
    goal = style(noise(), NET, kind=kind, layers=["stem", "block2"])
    picture = cat.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.02)
    losses = []
    for _ in range(5):
        loss = goal(Scene.of(picture))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_shares_mix_styles(cat):
    one, two = noise(seed=1) * 0.3, noise(seed=2) * 0.3 + 0.7
    alone = value(style(one, NET, layers="stem"), one)
    mixed = [value(style([one, two], NET, layers="stem", shares=[1, share]), one) for share in (0, 0.2, 1)]
    assert mixed[0] == pytest.approx(alone) and mixed[0] < mixed[1] < mixed[2]


def test_a_mask_leaves_out_the_rest_of_the_style(cat):
    half = torch.cat([cat, noise(96, 128)], 2)
    mask = torch.cat([torch.ones(96, 128), torch.zeros(96, 128)], 1)
    whole, left = (value(style(half, NET, layers="stem", masks=masks), cat) for masks in (None, [mask]))
    assert left < 0.5 * whole


def test_a_region_has_a_style_of_its_own(cat):
    mask = torch.zeros(96, 128)
    mask[:, :64] = 1
    goal = style(noise(), NET, layers="stem").within(mask)
    picture = cat.clone().requires_grad_()
    goal(Scene.of(picture)).backward()
    assert picture.grad[:, :, 64:].abs().max() == 0 < picture.grad[:, :, :60].abs().max()


@pytest.mark.parametrize("kind", ["gram", "sliced"])
def test_the_style_of_a_region_is_that_of_the_region_cut_out(cat, kind):
    """The style is as large beside the half as beside the whole, so that both are held to the same statistics."""
    mask = torch.cat([torch.ones(96, 128), torch.zeros(96, 128)], 1)
    whole = torch.cat([cat, noise(96, 128)], 2)
    like = noise(96, 128, seed=3) * 0.5
    wide, narrow = (style(like, NET, layers="stem", scale=scale, kind=kind) for scale in (0.5**0.5, 1))
    masked, unmasked, alone = value(wide.within(mask), whole), value(wide, whole), value(narrow, cat)
    assert masked == pytest.approx(alone, rel=0.1)
    assert abs(unmasked - alone) > 0.3 * alone


def test_the_scale_is_that_of_the_marks(cat):
    """A picture of four small cats has the style of a cat of half the size, a large one that of a large one."""
    small = resize(cat, 48, 64)
    four = torch.cat([small, small.flip(2)], 2)
    four = torch.cat([four, four.flip(1)], 1)
    large, half = (style(cat, NET, layers="stem", scale=scale) for scale in (1, 0.5))
    assert value(half, four) < 0.7 * value(large, four)
    assert value(large, cat) < 0.5 * value(half, cat)


@pytest.mark.parametrize("weight", [0, 0.5, 3])
def test_a_transfer_weighs_the_style(cat, weight):
    scene = Scene.of(cat.flip(2), variance=torch.full((96, 128), 0.01))
    with torch.no_grad():
        loss, terms = transfer(cat, [noise()], NET, weight=weight).evaluate(scene)
    assert set(terms) == {"content", "style", "variance"} and min(terms.values()) > 0
    assert float(loss) == pytest.approx(terms["content"] + weight * terms["style"] + terms["variance"])


def test_kept_colors_are_those_of_the_content(cat):
    recolored = match_colors(noise() * torch.tensor([1.0, 0.2, 0.1])[:, None, None], cat)
    torch.testing.assert_close(recolored.mean((1, 2)), cat.mean((1, 2)), atol=0.03, rtol=0)
    plain, kept = (style(noise(), NET, layers="stem", colors=colors) for colors in (None, cat))
    assert value(kept, cat) < value(plain, cat)


def test_content_is_zero_for_the_picture_itself_and_grows_with_changes(cat):
    goal = content(cat, NET)
    assert value(goal, cat) < 1e-9 < value(goal, (cat + 0.1).clamp(0, 1)) < value(goal, cat.flip(2))


def test_content_is_relative_to_what_is_there(cat):
    other, layers = cat.flip(2), ("stem", "block4")
    wanted, seen = (NET(picture[None], layers) for picture in (cat, other))
    parts = [float((seen[name] - wanted[name]).square().mean() / wanted[name].square().mean()) for name in layers]
    assert value(content(cat, NET, layers), other) == pytest.approx(sum(parts) / 2, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layers": "blok2"}, "block2"),
        ({"shares": [1, 2]}, "as many shares"),
        ({"shares": [0]}, "above 0"),
        ({"shares": [float("nan")]}, "shares"),
        ({"scale": 0}, "scale"),
        ({"kind": "grams"}, "gram or sliced"),
        ({"masks": [None, None]}, "masks"),
    ],
)
def test_bad_input(options, words):
    with pytest.raises(InputError, match=words):
        style(noise(), NET, **options)


def test_identities_tell_styles_apart(cat):
    net, half = features.load("lite1"), torch.ones(96, 128)
    half[:, 64:] = 0
    goals = [
        lambda: style(cat, NET),
        lambda: style(cat, net),
        lambda: style(cat.flip(2), NET),
        lambda: style([cat, cat], NET),
        lambda: style(cat, NET, layers="stem"),
        lambda: style(cat, NET, layers="block2"),
        lambda: style(cat, net, layers="stem"),
        lambda: style(cat, NET, layers=["stem", "block2"]),
        lambda: style(cat, NET, scale=0.5),
        lambda: style(cat, NET, kind="sliced"),
        lambda: style(cat, NET, masks=[half]),
        lambda: style([cat, cat.flip(2)], NET, shares=[1, 2]),
        lambda: style([cat, cat.flip(2)], NET, shares=[2, 1]),
        lambda: content(cat, NET),
        lambda: content(cat, net),
        lambda: content(cat, NET, "stem"),
        lambda: transfer(cat, [cat], NET),
        lambda: transfer(cat, [cat], NET, weight=2),
        lambda: transfer(cat, [cat], NET, scale=2),
        lambda: transfer(cat.flip(2), [cat], NET),
    ]
    digests = [make().identity() for make in goals]
    assert digests == [make().identity() for make in goals]
    assert len(set(digests)) == len(goals)
