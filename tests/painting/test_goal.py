"""What a painting is for: the squared error and the variance, by hand and by chance."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from wmpaint.errors import FileError, InputError
from wmpaint.image import save_png
from wmpaint.painting.goal import PhotoGoal, expected_error
from wmpaint.strokes import Strokes

NONE = Strokes.empty()


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_loss_by_hand() -> None:
    target = torch.full((3, 4, 6), 0.5)
    picture = torch.stack([torch.full((4, 6), value) for value in (0.6, 0.5, 0.2)])
    variance = torch.full((4, 6), 0.03)  # summed over three channels
    loss, terms = PhotoGoal(target).loss(picture, variance, NONE)
    assert terms == {"error": pytest.approx((0.01 + 0.09) / 3), "variance": pytest.approx(0.01)}
    assert loss.item() == pytest.approx(terms["error"] + terms["variance"])
    for weight in (0.0, 2.5):
        loss, again = PhotoGoal(target, variance=weight).loss(picture, variance, NONE)
        assert again == terms and loss.item() == pytest.approx(terms["error"] + weight * terms["variance"])


def test_it_is_the_expected_error_of_a_random_picture() -> None:
    target, mean = noise(3, 5, 7), 0.3 + 0.4 * noise(3, 5, 7, seed=1)
    spread = 0.2 * noise(3, 5, 7, seed=2)
    coins = torch.randint(0, 2, (10_000, 3, 5, 7), generator=torch.Generator().manual_seed(3)) * 2 - 1
    painted = (mean + spread * coins - target).square().mean((0, 1))
    expected = expected_error(mean, spread.square().sum(0), target)
    assert expected.shape == (5, 7) and torch.allclose(expected, painted, atol=4e-3)
    loss, _ = PhotoGoal(target).loss(mean, spread.square().sum(0), NONE)
    assert loss.item() == pytest.approx(painted.mean().item(), rel=0.02)


def test_the_loss_has_gradients_to_picture_and_variance() -> None:
    target, picture = noise(3, 4, 4), noise(3, 4, 4, seed=1).requires_grad_()
    variance = torch.zeros(4, 4, requires_grad=True)
    loss, _ = PhotoGoal(target).loss(picture, variance, NONE)
    loss.backward()
    assert picture.grad is not None and variance.grad is not None
    assert torch.allclose(picture.grad, 2 * (picture.detach() - target) / 48)
    assert torch.allclose(variance.grad, torch.full((4, 4), 1 / 48))


def test_a_picture_that_is_no_longer_finite_is_noticed() -> None:
    broken = torch.full((3, 4, 4), float("nan"))
    with pytest.raises(FloatingPointError):
        PhotoGoal(noise(3, 4, 4)).loss(broken, torch.zeros(4, 4), NONE)


def test_canvas_and_guide() -> None:
    goal = PhotoGoal(noise(3, 20, 30))
    assert goal.canvas().aspect == 1.5 and goal.canvas().background == (1.0, 1.0, 1.0)
    assert torch.equal(goal.guide(20, 30), goal.picture)
    small = goal.guide(5, 8)
    assert small.shape == (3, 5, 8) and small.min() >= 0 and small.max() <= 1
    assert goal.guide(5, 8) is small, "made once for each size"
    flat = PhotoGoal(torch.full((3, 16, 16), 0.25))
    assert torch.allclose(flat.guide(7, 3), torch.tensor(0.25)), "resizing keeps a flat picture flat"


def test_pictures_of_all_kinds(tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", noise(3, 6, 9))
    for source in (tmp_path / "a.png", str(tmp_path / "a.png"), noise(3, 6, 9).permute(1, 2, 0).numpy(), noise(6, 9)):
        assert PhotoGoal(source).picture.shape == (3, 6, 9)
    with pytest.raises(FileError):
        PhotoGoal(tmp_path / "b.png")
    with pytest.raises(InputError):
        PhotoGoal(None)
