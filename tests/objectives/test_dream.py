"""Dreams: each goes downhill, sees through its transforms, and refuses what does not exist."""

from __future__ import annotations

import kornia
import pytest
import torch
from torch.nn import functional as F

import wmpaint as wp
from wmpaint import features
from wmpaint.errors import InputError
from wmpaint.image import load_image, resize, sample_photo
from wmpaint.objectives import Scene, class_dream, dream, layer_dream, muted, photo, rank, transforms
from wmpaint.objectives.goal import Goal

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


HELD = {  # what each wish is about, of the features [1, C, h, w] themselves
    "layer": lambda f: f.square().mean(),
    "channel": lambda f: f[:, 3].mean(),
    "neuron": lambda f: f[0, 3, f.shape[2] // 2, f.shape[3] // 2],
    "direction": lambda f: F.cosine_similarity(f, WISHES["direction"]["direction"].view(1, -1, 1, 1)).mean(),
}


@pytest.mark.parametrize("name", HELD)
def test_five_steps_bring_out_what_was_wished_for(name):
    goal, picture = dream(NET, views=1, transforms=[], **WISHES[name]), CAT.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.01)
    seen = []
    for _ in range(6):
        with torch.no_grad():
            seen.append(float(HELD[name](NET(picture[None], ["block4"])["block4"])))
        optimizer.zero_grad()
        goal(Scene.of(picture)).backward()
        optimizer.step()
    assert seen[-1] > seen[0] + 0.05 * abs(seen[0])


def straight(picture: torch.Tensor, mask: torch.Tensor | None = None, **wish) -> float:
    """The value of a dream that looks once, from in front."""
    with torch.no_grad():
        return float(dream(NET, transforms=[], views=1, **wish)(Scene.of(picture, mask=mask)))


@pytest.mark.parametrize("index", [285, 281])
def test_a_class_is_cross_entropy_less_a_tenth_of_the_logit(index):
    picture = resize(CAT, 224, 224)
    logits = NET(picture[None], ["logits"])["logits"][0]
    by_hand = float(logits.logsumexp(0) - logits[index] - 0.1 * logits[index])
    assert abs(float(logits[index])) > 0.1, "the last term has to matter"
    assert straight(picture, class_=index) == pytest.approx(by_hand, abs=1e-3)


def test_values_by_hand_without_and_within_a_mask():
    left = torch.zeros(72, 96)
    left[:, :48] = 1
    direction = torch.arange(NET.channels("stem")) - 5.0
    whole = NET(CAT[None], ["stem"])["stem"]
    assert whole.shape[-2:] == (36, 48)
    for mask, f in ((None, whole), (left, whole[..., :24])):
        assert straight(CAT, mask, layer="stem") == pytest.approx(-float(f.square().mean().log()), rel=1e-4)
        assert straight(CAT, mask, layer="stem", channel=2) == pytest.approx(-float(f[:, 2].mean()), rel=1e-4)
        unit = (direction / direction.norm()).view(1, -1, 1, 1)
        along = (f * unit).sum(1)
        cosine = along / f.norm(dim=1)
        by_hand = -float((along * cosine.clamp(min=0.1).square()).mean())
        assert straight(CAT, mask, layer="stem", direction=direction) == pytest.approx(by_hand, rel=1e-3)
    assert straight(CAT, layer="stem", neuron=2) == pytest.approx(-float(whole[0, 2, 18, 24]), rel=1e-4)


def passed(*looks: transforms.Transform) -> list[torch.Tensor]:
    """What comes out of some looks at a white square, and of those at the same square as a mask, each [2, 3, H, W]."""
    square, seen = torch.zeros(32, 48), []
    square[8:20, 10:30] = 1

    def spy(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        seen.append(pictures)
        return pictures

    goal = dream(NET, layer="stem", transforms=[*looks, spy], views=2)
    goal(Scene.of(square.expand(3, -1, -1), mask=square, generator=torch.Generator().manual_seed(7)))
    assert len(seen) == 2, "the mask goes all the way"
    return [square.expand(2, 3, -1, -1), *seen]


@pytest.mark.parametrize(
    "look",
    [
        transforms.jitter(5),
        transforms.affine(30, (0.5, 2), 0.2, mirror=True),
        transforms.perspective(0.5),
        transforms.octaves(3),
        transforms.compose([transforms.jitter(5), transforms.octaves(2)]),
    ],
)
def test_a_mask_takes_the_same_way_as_the_picture(look):
    before, views, mask = passed(transforms.jitter(3), look)
    assert views.shape != before.shape or not torch.equal(views, before)
    torch.testing.assert_close(mask, views, rtol=0, atol=0)


@pytest.mark.parametrize("look", [transforms.color(), transforms.noise()])
def test_another_light_leaves_a_mask_alone(look):
    before, views, mask = passed(look)
    assert torch.equal(mask, before) and not torch.equal(views, before)
    _, views, mask = passed(look, transforms.jitter(5), look)
    assert torch.equal(mask.unique(), torch.tensor([0.0, 1.0])) and mask.sum() == before.sum()
    assert torch.equal(mask > 0.5, views > 0.5), "where the square has come to"


@pytest.mark.parametrize(("keep", "picture"), [(0.5, CAT), (2, CAT), (0, CAT), (1, None)])
def test_what_is_kept_of_a_photo(keep, picture):
    scene = Scene.of(CAT.flip(2), variance=torch.full((72, 96), 0.01))
    known = {"picture": picture, "keep": keep}
    for goal in (class_dream("daisy", [NET], **known), layer_dream("stem", [NET], **known)):
        with torch.no_grad():
            loss, terms = goal.evaluate(scene)
            kept = float(photo(CAT)(scene))
        dreamt = terms["class"] + 2 * terms["muted"] if "class" in terms else terms["layer"]
        used = keep if picture is not None else 0
        assert kept > 0.01 and ("error" in terms) == (used > 0)
        assert float(loss) == pytest.approx(dreamt + 40 * used * kept, rel=1e-4)
        begun = Goal.of(goal).start.picture
        assert begun is None if picture is None else torch.equal(begun, CAT)


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


def test_a_quarter_turn_keeps_a_wide_picture_in_shape():
    """The middle square of a picture twice as wide turns like a square; and all of it, by way of a round thing."""
    share = float(torch.rand(1, 5, generator=torch.Generator().manual_seed(4))[0, 0])  # of the first random number
    turn = transforms.affine(90 / (2 * share - 1), (1, 1), 0)
    for height, width in ((8, 16), (16, 8)):
        picture = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1))
        turned = turn(picture, torch.Generator().manual_seed(4))
        top, left = (height - 8) // 2, (width - 8) // 2
        middle, after = (x[..., top : top + 8, left : left + 8] for x in (picture, turned))
        torch.testing.assert_close(after, middle.rot90(1, (2, 3)), rtol=0, atol=1e-4)
    y, x = torch.meshgrid(torch.arange(24) - 11.5, torch.arange(48) - 23.5, indexing="ij")
    disc = (9 - x.hypot(y)).clamp(0, 1).expand(1, 3, -1, -1)
    for degrees in (30, 45, 80):
        turned = transforms.affine(degrees, (1, 1), 0)(disc, torch.Generator().manual_seed(4))
        torch.testing.assert_close(turned, disc, rtol=0, atol=0.3)


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


def test_identities_tell_dreams_apart():
    other = features.load("lite1")
    goals = [
        lambda: dream(NET, class_="daisy"),
        lambda: dream(other, class_="daisy"),
        lambda: dream([NET, other], class_="daisy"),
        lambda: dream([other, NET], class_="daisy"),
        lambda: dream(NET, class_="goldfish"),
        lambda: dream(NET, class_="daisy", views=2),
        lambda: dream(NET, class_="daisy", transforms=[]),
        lambda: dream(NET, class_="daisy", transforms=[transforms.jitter(4)]),
        lambda: dream(NET, class_="daisy", transforms=[transforms.jitter(5)]),
        lambda: dream(NET, class_="daisy", transforms=[transforms.noise(0.1)]),
        lambda: dream(NET, class_="daisy", transforms=[transforms.noise(0.2)]),
        lambda: dream(NET, class_="daisy", picture=CAT),
        lambda: dream(NET, layer="block2"),
        lambda: dream(other, layer="block2"),
        lambda: dream(NET, layer="block4"),
        lambda: dream(NET, layer="block4", channel=1),
        lambda: dream(NET, layer="block4", channel=2),
        lambda: dream(NET, layer="block4", neuron=1),
        lambda: dream(NET, **WISHES["direction"]),
        lambda: layer_dream("block4", [NET], octaves=1),
        lambda: layer_dream("block4", [NET], octaves=8),
        lambda: class_dream("daisy", [NET]),
        lambda: class_dream("daisy", [other]),
        lambda: class_dream("daisy", [NET], picture=CAT),
        lambda: class_dream("daisy", [NET], picture=CAT, keep=2),
    ]
    digests = [Goal.of(make()).identity() for make in goals]
    assert digests == [Goal.of(make()).identity() for make in goals], "the same for the same"
    assert len(set(digests)) == len(goals)


def test_an_identity_is_of_the_weights_not_of_the_loading():
    assert dream(features.load("lite0"), class_="daisy").identity() == dream(NET, class_="daisy").identity()


def test_a_dream_goes_on_with_its_own_networks_only(tmp_path):
    run = wp.Run(class_dream("daisy", [NET]), brush="round", strokes=8, height=48, steps=4)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    for nets in ([features.load("lite1")], [NET, features.load("lite1")]):
        with pytest.raises(InputError, match="got another"):
            wp.Run.resume(tmp_path / "state", class_dream("daisy", nets))
    assert next(wp.Run.resume(tmp_path / "state", class_dream("daisy", [features.load("lite0")]))).index == 1
