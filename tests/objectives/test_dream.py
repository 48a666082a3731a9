"""Dreams: each goes downhill, sees through its transforms, and refuses what does not exist."""

from __future__ import annotations

import kornia
import pytest
import torch

import wmpaint as wp
from wmpaint import features
from wmpaint.errors import InputError
from wmpaint.image import load_image, resize, sample_photo
from wmpaint.objectives import Scene, class_dream, dream, layer_dream, muted, rank, transforms

NET = features.load("lite0")
CAT = resize(load_image(sample_photo()), 72, 96)

WISHES = {
    "class": {"class_": "daisy"},
    "layer": {"layer": "block4"},
    "channel": {"layer": "block4", "channel": 3},
    "neuron": {"layer": "block4", "neuron": 3},
    "direction": {"layer": "block4", "direction": torch.arange(NET.channels("block4")) - 40.0},
}


def steps(goal, count: int = 5, **known) -> list[float]:
    """The loss before each of some steps on free pixels, always seen through the same transforms."""
    picture = CAT.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.02)
    losses = []
    for _ in range(count + 1):
        loss, _ = goal.evaluate(Scene.of(picture, generator=torch.Generator().manual_seed(1), **known))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("name", WISHES)
def test_five_steps_go_downhill(name):
    losses = steps(dream(NET, views=1, **WISHES[name]))
    assert losses[-1] < losses[0]


def test_two_networks_at_once_are_the_mean_of_both():
    nets = [NET, features.load("lite1")]
    with torch.no_grad():
        one, two, both = (
            float(dream(net, class_=207, views=2)(Scene.of(CAT, generator=torch.Generator().manual_seed(2))))
            for net in (*nets, nets)
        )
    assert both == pytest.approx((one + two) / 2, rel=1e-5)


def test_a_network_sees_its_own_class_in_a_photo():
    straight = {name: dream(NET, class_=name, transforms=[], views=1) for name in ("Egyptian cat", "daisy")}
    with torch.no_grad():
        values = {name: float(goal(Scene.of(resize(CAT, 224, 224)))) for name, goal in straight.items()}
    assert values["Egyptian cat"] < values["daisy"] - 5
    assert rank(NET, CAT, "Egyptian cat") <= 3 < rank(NET, CAT, "daisy")


def test_a_mask_moves_with_the_picture():
    mask = torch.zeros(72, 96)
    mask[:36] = 1
    picture = CAT.clone().requires_grad_()
    goal = dream(NET, layer="stem", transforms=[transforms.jitter(4)], views=2).within(mask)
    goal(Scene.of(picture)).backward()
    assert picture.grad[:, 40:].abs().max() == 0 < picture.grad[:, :32].abs().max()


def test_gray_is_muted():
    gray = CAT.mean(0, keepdim=True).expand(3, -1, -1)
    assert float(muted()(Scene.of(gray))) < 1e-12 < float(muted()(Scene.of(CAT)))
    assert float(muted()(Scene.of(torch.tensor([1.0, 0, 0])[:, None, None].expand(3, 4, 4)))) == pytest.approx(1.25)


@pytest.mark.parametrize(
    "transform",
    [
        transforms.jitter(5),
        transforms.affine(30, (0.5, 2), 0.2, mirror=True),
        transforms.perspective(0.5),
        transforms.color(),
        transforms.noise(),
        transforms.octaves(3),
        transforms.compose(transforms.usual()),
        transforms.augmentation(kornia.augmentation.RandomResizedCrop((64, 64))),
    ],
)
def test_transforms_are_seeded_differentiable_and_keep_their_batch(transform):
    pictures = CAT.expand(3, -1, -1, -1).clone().requires_grad_()
    one, again, other = (transform(pictures, torch.Generator().manual_seed(seed)) for seed in (4, 4, 5))
    assert one.shape[:2] == (3, 3) and bool(one.isfinite().all())
    torch.testing.assert_close(one, again, rtol=0, atol=0)
    assert one.shape != other.shape or not torch.equal(one, other)
    one.sum().backward()
    assert bool(pictures.grad.isfinite().all()) and bool((pictures.grad != 0).any())


def test_no_move_is_no_change():
    still = transforms.affine(0, (1, 1), 0)(CAT[None], torch.Generator())
    torch.testing.assert_close(still, CAT[None], rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({}, "got neither"),
        ({"class_": "daisy", "layer": "stem"}, "class_, layer"),
        ({"class_": "dasy"}, "daisy"),
        ({"class_": 1000}, "1000"),
        ({"layer": "blok4"}, "block4"),
        ({"layer": "block4", "channel": 999}, "channel of 0 to"),
        ({"layer": "block4", "channel": 1, "neuron": 1}, "at most"),
        ({"layer": "block4", "direction": [1, 2]}, "direction of"),
        ({"layer": "block4", "direction": [float("nan")] * NET.channels("block4")}, "direction of"),
        ({"class_": "daisy", "views": 0}, "views"),
    ],
)
def test_bad_wishes(wish, words):
    with pytest.raises(InputError, match=words):
        dream(NET, **wish)


def test_a_picture_too_small_for_the_layer_is_refused():
    with pytest.raises(InputError, match="at least"):
        dream(NET, layer="block14", transforms=[])(Scene.of(CAT[:, :6, :6]))


@pytest.mark.parametrize("make", [lambda: class_dream("daisy", [NET]), lambda: layer_dream("block2", [NET])])
def test_painting_a_dream_repeats(make):
    options = {"brush": "round", "strokes": 24, "height": 64, "steps": 6, "canvas": wp.Canvas(1.0, (0.5, 0.5, 0.5))}
    one, two = (wp.paint(make(), seed=3, **options) for _ in range(2))
    assert torch.equal(one.strokes.points, two.strokes.points) and torch.equal(one.strokes.color, two.strokes.color)
    assert one.terms == two.terms and len(one.strokes) == 24
