"""Looking like a picture, in the program: the squared error and the variance, by hand and by chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from objectives.downhill import assert_downhill
from PIL import Image

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.image import sample_photo, save_png
from wmpaint.objectives import Scene, photo, variance
from wmpaint.objectives.goal import Goal
from wmpaint.painting import Run


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_by_hand() -> None:
    target = torch.full((3, 4, 6), 0.5)
    picture = torch.stack([torch.full((4, 6), value) for value in (0.6, 0.5, 0.2)])
    scene = Scene.of(picture, variance=torch.full((4, 6), 0.03))  # summed over three channels
    loss, terms = photo(target).evaluate(scene)
    assert terms == {"error": pytest.approx((0.01 + 0.09) / 3), "variance": pytest.approx(0.01)}
    assert loss.item() == pytest.approx(terms["error"] + terms["variance"])
    loss, again = photo(target, variance=2.5).evaluate(scene)
    assert again == terms and loss.item() == pytest.approx(terms["error"] + 2.5 * terms["variance"])
    loss, alone = photo(target, variance=0.0).evaluate(scene)
    assert alone == {"error": loss.item()} == {"error": terms["error"]}


def test_it_is_the_expected_error_of_a_random_picture() -> None:
    target, mean = noise(3, 5, 7), 0.3 + 0.4 * noise(3, 5, 7, seed=1)
    spread = 0.2 * noise(3, 5, 7, seed=2)
    coins = torch.randint(0, 2, (10_000, 3, 5, 7), generator=torch.Generator().manual_seed(3)) * 2 - 1
    painted = (mean + spread * coins - target).square().mean()
    scene = Scene.of(mean, variance=spread.square().sum(0))
    assert photo(target)(scene).item() == pytest.approx(painted.item(), rel=0.01)
    assert photo(target, variance=0.0)(scene).item() < 0.9 * painted.item()


def test_gradients_to_picture_and_variance() -> None:
    target, picture = noise(3, 4, 4), noise(3, 4, 4, seed=1).requires_grad_()
    spread = torch.zeros(4, 4, requires_grad=True)
    photo(target)(Scene.of(picture, variance=spread)).backward()
    assert picture.grad is not None and spread.grad is not None
    assert torch.allclose(picture.grad, 2 * (picture.detach() - target) / 48)
    assert torch.allclose(spread.grad, torch.full((4, 4), 1 / 48))


def test_a_picture_that_is_no_longer_finite_is_noticed() -> None:
    with pytest.raises(InputError, match="'error' to be finite, got nan"):
        photo(noise(3, 4, 4)).evaluate(Scene.of(torch.full((3, 4, 4), float("nan"))))


def test_canvas_and_guide() -> None:
    goal = photo(noise(3, 20, 30))
    assert Goal.of(goal).start.canvas().aspect == 1.5 and Goal.of(goal).start.canvas().background == (1.0, 1.0, 1.0)
    start = Goal.of(goal).start
    assert start.target is not None and torch.equal(start.guide(20, 30), start.target)  # type: ignore[arg-type]
    small = start.guide(5, 8)
    assert small.shape == (3, 5, 8) and small.min() >= 0 and small.max() <= 1
    flat = photo(torch.full((3, 16, 16), 0.25))
    assert torch.allclose(Goal.of(flat).start.guide(7, 3), torch.tensor(0.25)), "resizing keeps a flat picture flat"


def test_the_variance_alone() -> None:
    scene = Scene.of(noise(3, 2, 2), variance=torch.tensor([[0.3, 0.6], [0.0, 0.0]]))
    assert variance()(scene).item() == pytest.approx(0.9 / 4 / 3)
    masked = Scene.of(noise(3, 2, 2), variance=scene.variance, mask=torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
    assert variance()(masked).item() == pytest.approx(0.3 / 2 / 3)


def test_downhill() -> None:
    assert_downhill(photo(sample_photo()))


def test_pictures_of_all_kinds(tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", noise(3, 6, 9))
    for source in (tmp_path / "a.png", str(tmp_path / "a.png"), noise(3, 6, 9).permute(1, 2, 0).numpy(), noise(6, 9)):
        goal = photo(source)
        assert Goal.of(goal).start.picture is not None and Goal.of(goal).start.picture.shape == (3, 6, 9)
    with pytest.raises(FileError):
        photo(tmp_path / "b.png")
    with pytest.raises(InputError):
        photo(None)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_weights_of_the_variance(weight: float) -> None:
    with pytest.raises(InputError, match="weight"):
        photo(noise(3, 4, 4), variance=weight)


def test_the_ground_shows_through_and_is_painted_on(tmp_path: Path) -> None:
    pixels = np.zeros((20, 30, 4), np.uint8) + np.array([255, 255, 255, 0], np.uint8)
    pixels[5:15, 5:15, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "logo.png")
    with pytest.warns(UserWarning, match="nearly nothing"):
        plain = photo(tmp_path / "logo.png")
    goal = photo(tmp_path / "logo.png", background=(0, 0, 0.5))
    for composed in (goal, goal + variance(), 2 * goal):
        assert Goal.of(composed).start.canvas() == Canvas(1.5, (0, 0, 0.5))
    assert Goal.of(goal).start.target is not None and Goal.of(goal).start.target[:, 0, 0].tolist() == [0, 0, 0.5]
    assert Goal.of(plain).start.canvas() == Canvas(1.5) and Goal.of(plain).identity() != Goal.of(goal).identity()
    assert Goal.of(photo(tmp_path / "logo.png", background=(0, 0, 0.5))).identity() == Goal.of(goal).identity()
    run = Run(tmp_path / "logo.png", canvas=Canvas(1.5, (0, 0, 0.5)), strokes=4, height=32)
    assert run.goal.start.target is not None and torch.equal(run.goal.start.target, Goal.of(goal).start.target), (
        "on the canvas that is given"
    )
