"""The painting loop: rounds, steps, stopping, and going on later."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import toys
from PIL import Image
from torch import Tensor

import wmpaint as wp
from wmpaint import clock as clocks
from wmpaint.errors import BrushError, FileError, InputError
from wmpaint.frame import Frame
from wmpaint.medium import render
from wmpaint.objectives import Function, Goal, Plan, Start
from wmpaint.painting import run as running
from wmpaint.painting import state
from wmpaint.painting import step as stepping
from wmpaint.painting.strategies import rounds

OPTIONS: dict[str, Any] = {"brush": "round", "strokes": 16, "height": 48, "steps": 12, "seed": 5}


def photo(height: int = 30, width: int = 40) -> Tensor:
    """A bright disc on a dark slope."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    disc = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.08).float()
    return torch.stack([disc, 0.3 * x + 0.5 * disc, 0.2 * y])


def scene_of(painting: wp.Painting) -> wp.Scene:
    """The painting as its painter sees it at the planned height."""
    frame = Frame(painting.canvas, OPTIONS["height"])
    picture, variance, *_ = render(painting.painters[0], painting.strokes, frame)
    assert variance is not None
    return wp.Scene(picture[:3], variance, painting.strokes, frame)


def same(a: wp.Strokes, b: wp.Strokes) -> bool:
    return all(torch.equal(getattr(a, name), getattr(b, name)) for name in ("points", "radius", "pressure", "color"))


def test_it_paints_and_the_loss_falls() -> None:
    run = wp.Run(photo(), **{**OPTIONS, "steps": 40})
    losses = [step.loss for step in run]
    assert len(losses) == 40 and losses[-1] < losses[0] / 2
    painting = run.painting()
    assert len(painting.strokes) == 16
    assert set(painting.terms) == {"loss", "error", "variance"}
    report = painting.report(program=None)
    assert report.dream_psnr is not None and report.dream_psnr > 15 and report.steps == 40


def test_strokes_come_in_rounds() -> None:
    counts = [step.strokes for step in wp.Run(photo(), **OPTIONS)]
    assert counts == sorted(counts) and counts[0] < counts[-1] == 16


def test_a_painting_tells_its_rounds_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = wp.Run(photo(), **OPTIONS)
    next(run)
    assert run.painting().provenance["rounds"] == [1]  # 6 % of 16 strokes
    for _ in range(8):
        next(run)
    # 6, 14, 30 and 50 %; what shows nowhere is placed anew, above the others.
    before = run.painting()
    assert sum(before.provenance["rounds"]) == 16
    run.save_checkpoint(tmp_path / "state")
    again = wp.Run.resume(tmp_path / "state", photo())
    assert again.painting().provenance["rounds"] == before.provenance["rounds"]
    # Everything but the third stroke is gone: its round is the second.
    run.state.sizes = [2, 5, 9]
    run.goal = Goal(run.goal.objective, run.goal.start, Plan(sparse=True))
    monkeypatch.setattr(rounds, "shown", lambda task, state: torch.arange(16) == 2)
    assert run.painting().provenance["rounds"] == [1]
    monkeypatch.setattr(rounds, "shown", lambda task, state: torch.zeros(16, dtype=torch.bool))
    assert len(run.painting().strokes) == 1 and run.painting().provenance["rounds"] == [1]


def test_strokes_of_a_round_that_are_alive() -> None:
    alive = torch.tensor([True, False, True, True, False, False])
    assert state.kept([1, 3, 2], alive) == [1, 2, 0] and state.kept([], alive[:0]) == []


def test_a_seed_gives_the_same_painting() -> None:
    a, b = wp.paint(photo(), **OPTIONS), wp.paint(photo(), **OPTIONS)
    assert same(a.strokes, b.strokes)
    assert not same(a.strokes, wp.paint(photo(), **{**OPTIONS, "seed": 6}).strokes)


@pytest.mark.parametrize("stop", [1, 4, 5, 7, 11])
def test_a_resumed_run_ends_as_an_unbroken_one(tmp_path: Path, stop: int) -> None:
    whole = wp.paint(photo(), **OPTIONS)
    run = wp.Run(photo(), **OPTIONS)
    for _ in range(stop):
        next(run)
    run.save_checkpoint(tmp_path / "state")
    again = wp.Run.resume(tmp_path / "state", photo())
    assert sum(1 for _ in again) == OPTIONS["steps"] - stop
    assert same(again.painting().strokes, whole.strokes)
    assert again.painting().terms == whole.terms


def test_a_checkpoint_belongs_to_a_picture(tmp_path: Path) -> None:
    run = wp.Run(photo(), **OPTIONS)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    with pytest.raises(InputError, match="got another"):
        wp.Run.resume(tmp_path / "state", 1 - photo())


@pytest.mark.parametrize("data", [b"", b"not a checkpoint", b"\xff" * 100])
def test_broken_checkpoints(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "state").write_bytes(data)
    with pytest.raises(FileError, match="expected a checkpoint"):
        wp.Run.resume(tmp_path / "state", photo())
    with pytest.raises(FileError, match="there is none"):
        wp.Run.resume(tmp_path / "nowhere", photo())


def test_a_cut_checkpoint(tmp_path: Path) -> None:
    run = wp.Run(photo(), **OPTIONS)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    data = (tmp_path / "state").read_bytes()
    (tmp_path / "state").write_bytes(data[: len(data) // 2])
    with pytest.raises(FileError, match="expected a checkpoint"):
        wp.Run.resume(tmp_path / "state", photo())


def test_a_budget_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(clocks.time, "monotonic", lambda: float(next(clock)))
    run = wp.Run(photo(), **{**OPTIONS, "steps": 500}, budget=60.0)
    steps = list(run)
    assert 3 < len(steps) < 40
    assert steps[-1].strokes == 16  # all rounds came, sooner
    assert steps[-1].seconds_left < steps[0].seconds_left


def test_ctrl_c_keeps_what_is_painted() -> None:
    def stop(step: running.Step) -> None:
        if step.index == 3:
            raise KeyboardInterrupt

    painting = wp.paint(photo(), progress=stop, **OPTIONS)
    assert 0 < len(painting.strokes) <= 16 and painting.provenance["steps"] == 4


def test_before_the_first_step() -> None:
    run = wp.Run(photo(), **OPTIONS)
    assert len(run.painting().strokes) == 0
    assert run.preview(24).shape == (3, 24, 32)


@pytest.mark.parametrize(
    "picture",
    [
        torch.full((3, 1, 1), 0.5),
        torch.rand(3, 3, 180, generator=torch.Generator().manual_seed(0)),
        np.zeros((20, 20), np.uint8),
        np.full((12, 9, 4), 128, np.uint8),
    ],
    ids=["one pixel", "a strip", "gray", "alpha"],
)
def test_odd_pictures(picture: object) -> None:
    painting = wp.paint(picture, **{**OPTIONS, "steps": 3, "height": 16})
    assert bool(painting.render().isfinite().all())


def test_one_stroke() -> None:
    assert len(wp.paint(photo(), **{**OPTIONS, "strokes": 1}).strokes) == 1


def test_an_objective_of_ones_own() -> None:
    class Red(wp.Objective):
        name = "red"

        def __init__(self, picture: Tensor) -> None:
            self.start = Start(picture)

        def __call__(self, scene: wp.Scene) -> Tensor:
            return scene.mean((scene.picture - scene.picture.new_tensor([0.9, 0.1, 0.1])[:, None, None]).square())

    painting = wp.paint(Red(photo()), **{**OPTIONS, "steps": 60})
    assert painting.terms["red"] < 0.1 and painting.canvas.aspect == pytest.approx(4 / 3)
    mean = painting.render()[:3].mean((1, 2))
    assert mean[0] > 0.5 > mean[1]


def test_a_function_is_an_objective() -> None:
    def dim(scene: wp.Scene) -> Tensor:
        return (scene.picture.mean() - 0.3).square()

    painting = wp.paint(dim, **{**OPTIONS, "steps": 40})
    assert painting.canvas == wp.Canvas() and set(painting.terms) == {"loss", "dim"}
    assert painting.render()[:3].mean().item() == pytest.approx(0.3, abs=0.05)


def test_a_sum_reports_its_terms() -> None:
    def thick(scene: wp.Scene) -> Tensor:
        return scene.strokes.radius.mean()

    plain, thin = (
        wp.paint(wp.photo(photo()) + weight * Function(thick), **{**OPTIONS, "steps": 30}) for weight in (0.0, 5.0)
    )
    assert set(thin.terms) == {"loss", "error", "variance", "thick"}
    assert thin.terms["thick"] < 0.8 * plain.terms["thick"] and thin.terms["error"] > plain.terms["error"]
    assert thin.target is not None and thin.report(program=None).dream_psnr is not None


def test_a_checkpoint_belongs_to_an_objective(tmp_path: Path) -> None:
    goal = wp.photo(photo()) + 0.1 * wp.ssim(photo())
    run = wp.Run(goal, **OPTIONS)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    for other in (wp.photo(photo()), wp.photo(photo()) + 0.2 * wp.ssim(photo())):
        with pytest.raises(InputError, match="got another"):
            wp.Run.resume(tmp_path / "state", other)
    again = wp.Run.resume(tmp_path / "state", wp.photo(photo()) + 0.1 * wp.ssim(photo()))
    assert next(again).index == 1


def test_bad_options() -> None:
    for options in ({"strokes": 0}, {"height": 0}, {"seed": -1}, {"budget": 0.0}, {"steps": 0}):
        with pytest.raises(InputError, match="expected"):
            wp.Run(photo(), **{**OPTIONS, **options})
    with pytest.raises(BrushError, match="did you mean round"):
        wp.Run(photo(), brush="roundd")


def test_the_variance_keeps_a_rough_brush_out_of_detail() -> None:
    """What the program is expected to lose is less where it was asked for."""
    options = {**OPTIONS, "brush": "dry_brush", "steps": 60}
    both = wp.photo(photo())
    with_it, without = (
        both.evaluate(scene_of(wp.paint(wp.photo(photo(), variance=weight), **options)))[1] for weight in (1.0, 0.0)
    )
    assert with_it["error"] + with_it["variance"] < without["error"] + without["variance"]
    assert with_it["variance"] < without["variance"]


def test_an_objective_may_choose_the_canvas() -> None:
    class Dark(wp.Objective):
        """As little light as possible."""

        name = "light"

        start = Start(aspect=2.0)

        def __call__(self, scene: wp.Scene) -> Tensor:
            return scene.mean(scene.picture)

    painting = wp.paint(Dark() + Function(lambda scene: scene.strokes.radius.mean(), "thick"), **OPTIONS)
    assert painting.canvas.aspect == 2 and set(painting.terms) == {"loss", "light", "thick"}
    assert painting.terms["light"] < 0.7
    assert painting.terms["loss"] == pytest.approx(painting.terms["light"] + painting.terms["thick"])
    assert painting.target is None and painting.report(program=None).dream_psnr is None


def test_steps_say_how_far_it_is() -> None:
    seen: list[running.Step] = []
    wp.paint(photo(), progress=seen.append, **OPTIONS)
    assert [step.index for step in seen] == list(range(12)) and {step.total for step in seen} == {12}
    assert all(b.seconds >= a.seconds > 0 for a, b in itertools.pairwise(seen))
    assert seen[-1].seconds_left == 0 and all(step.seconds_left >= 0 for step in seen)
    assert all(set(step.terms) == {"error", "variance"} and step.loss > 0 for step in seen)


def test_previews_at_any_height() -> None:
    with pytest.warns(UserWarning, match=r"1\.33 times as wide as high, is stretched to a canvas of 1\.25"):
        run = wp.Run(photo(), canvas=wp.Canvas(1.25, (0.1, 0.2, 0.3)), **OPTIONS)
    ground = torch.tensor([0.1, 0.2, 0.3])[:, None, None]
    assert torch.allclose(run.preview(8), ground.expand(3, 8, 10))
    next(run)
    for height in (1, 16, 100):
        preview = run.preview(height)
        assert preview.shape == (3, height, round(1.25 * height)) and not preview.requires_grad
    assert not torch.allclose(run.preview(16), ground, atol=0.1)


def test_a_painting_is_not_changed_by_painting_on() -> None:
    run = wp.Run(photo(), **OPTIONS)
    for _ in range(8):
        next(run)
    painting = run.painting()
    before = [getattr(painting.strokes, name).clone() for name in ("points", "radius", "pressure", "color")]
    list(run)
    after = [getattr(painting.strokes, name) for name in ("points", "radius", "pressure", "color")]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(value.requires_grad for value in after)


def test_strokes_stay_within_what_a_painting_may_hold() -> None:
    painting = wp.paint(photo(), **{**OPTIONS, "steps": 40})
    painting.strokes.check()
    assert painting.strokes.radius.min() * OPTIONS["height"] >= 0.69


def test_ctrl_c_before_and_within_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    run = wp.Run(photo(), **OPTIONS)
    for _ in range(5):
        next(run)
    before = run.preview(24)
    with monkeypatch.context() as patch:
        patch.setattr(stepping, "render", interrupt)
        with pytest.raises(KeyboardInterrupt):
            next(run)
    assert torch.allclose(run.painting().render(24)[:3], before, atol=0.3) and len(list(run)) == 7, "it can go on"
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "place", interrupt)
        with pytest.raises(KeyboardInterrupt):
            wp.paint(photo(), **OPTIONS)  # nothing is painted that could be kept


def test_a_budget_ends_a_resumed_run_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = wp.Run(photo(), **OPTIONS)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    again = wp.Run.resume(tmp_path / "state", photo())
    clock = iter(range(1000))
    monkeypatch.setattr(clocks.time, "monotonic", lambda: 1e6 + next(clock))
    again.state.clock.limit, again.state.clock._began = 3.0, 1e6
    assert 0 < len(list(again)) < 11


@pytest.mark.parametrize("size", [(180, 3), (64, 1), (1, 64)])
@pytest.mark.parametrize("height", [1, 20])
def test_strips_and_single_rows(size: tuple[int, int], height: int) -> None:
    painting = wp.paint(torch.full((3, *size), 0.5), **{**OPTIONS, "steps": 2, "height": height})
    assert painting.render().shape == (4, *painting.canvas.pixels(height))


def test_a_painter_in_memory() -> None:
    painter = toys.painter()
    painting = wp.paint(photo(), painter=painter, strokes=14, height=32, steps=4)
    assert painting.brushes[0].name == "toy" and painting.parameters["brush"] == "toy"
    assert painting.render(32).isfinite().all()
    assert not any(weight.requires_grad for weight in painter.net.parameters())


def test_no_time_at_all_still_lays_every_stroke() -> None:
    run = wp.Run(photo(), budget=1e-9, **OPTIONS)
    steps = list(run)
    assert len(steps) <= 1 and len(run.painting().strokes) == 16
    assert run.painting().render(24).isfinite().all()


def test_a_goal_may_be_exchanged_for_a_function() -> None:
    def dim(scene: wp.Scene) -> Tensor:
        return (scene.picture.mean() - 0.3).square()

    names = []

    def steer(run: wp.Run, step: running.Step) -> None:
        names.append(set(step.terms))
        if step.index == 19:
            run.goal = dim  # type: ignore[assignment]

    painting = wp.paint(photo(), steer=steer, **{**OPTIONS, "steps": 60})
    assert names == [{"error", "variance"}] * 20 + [{"dim"}] * 40
    assert painting.render()[:3].mean().item() == pytest.approx(0.3, abs=0.05)
    assert painting.provenance["goal_sha256"] == Goal.of(Function(dim)).identity()
    with pytest.raises(InputError, match="expected an objective or a function"):
        wp.paint(photo(), steer=lambda run, step: setattr(run, "goal", 3), **OPTIONS)


def test_a_steering_hand_may_end_it() -> None:
    def steer(run: wp.Run, step: running.Step) -> None:
        if step.index == 4:
            raise StopIteration

    painting = wp.paint(photo(), steer=steer, **OPTIONS)
    assert painting.provenance["steps"] == 5 and 0 < len(painting.strokes) <= 16


def test_strokes_alone_may_be_judged() -> None:
    def thick(scene: wp.Scene) -> Tensor:
        return scene.strokes.radius.mean()

    run = wp.Run(thick, **OPTIONS)
    losses = [step.loss for step in run]
    assert len(run.painting().strokes) == 16 and losses[-1] < losses[0]


class Toward(wp.Objective):
    """A mean color, as an array."""

    name = "toward"

    def __init__(self, color: np.ndarray) -> None:
        self.color = color

    def __call__(self, scene: wp.Scene) -> Tensor:
        return (scene.picture.mean((1, 2)) - torch.from_numpy(self.color)).square().sum()


def lighter(by: float) -> Function:
    return Function(lambda scene: (scene.picture.mean() - by).square())


def test_a_checkpoint_knows_functions_and_arrays(tmp_path: Path) -> None:
    def goals() -> list[wp.Objective]:
        return [
            lighter(0.3),
            lighter(0.4),
            Function(lambda scene: scene.picture.mean() * 2),
            Function(lambda scene: scene.picture.mean() * 3),
            Function(lambda scene: scene.picture.mean() + 3),
            Function(lambda scene, much=2: scene.picture.mean() * much),
            Function(lambda scene, much=4: scene.picture.mean() * much),
            Toward(np.array([0.1, 0.2, 0.3], np.float32)),
            Toward(np.array([0.1, 0.2, 0.4], np.float32)),
            Toward(np.array([0.1, 0.2, 0.3])),
            lighter(0.3) + Toward(np.array([0.1, 0.2, 0.3])),
            lighter(0.4) + Toward(np.array([0.1, 0.2, 0.3])),
            lighter(0.4) + Toward(np.array([0.1, 0.2, 0.4])),
            lighter(0.3) + lighter(0.4),
            lighter(0.3) + lighter(0.5),
            wp.photo(photo()) + wp.photo(1 - photo()),
            wp.photo(photo()) + wp.photo(photo()),
            lighter(0.3) * (lambda progress: 1 + progress),
            lighter(0.3) * (lambda progress: 2 + progress),
        ]

    found = [goal.identity() for goal in goals()]
    assert found == [goal.identity() for goal in goals()], "the same for the same"
    assert len(set(found)) == len(found)
    run = wp.Run(lighter(0.3), **OPTIONS)
    next(run)
    run.save_checkpoint(tmp_path / "state")
    with pytest.raises(InputError, match="got another"):
        wp.Run.resume(tmp_path / "state", lighter(0.4))
    assert next(wp.Run.resume(tmp_path / "state", lighter(0.3))).index == 1


def test_a_run_may_begin_with_strokes(tmp_path: Path) -> None:
    picture = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(0))
    options: dict[str, Any] = {"brush": "round", "strokes": 12, "height": 24, "steps": 10}
    first = wp.paint(picture, **options).strokes
    run = running.Run(picture, **options, init=first[:10])
    assert len(run.strokes()) == 10 and torch.equal(run.strokes().points.detach(), first.points[:10])
    for step in run:
        if step.index == 2:
            run.save_checkpoint(tmp_path / "a")
    assert step.total == 5 and step.strokes == 12 and run.parameters["init"] == 10
    again = running.Run.resume(tmp_path / "a", picture)
    for _ in again:
        pass
    assert torch.equal(again.strokes().points, run.strokes().points)


@pytest.mark.parametrize("count", [0, 13])
def test_strokes_to_begin_with_are_counted(count: int) -> None:
    picture = torch.rand(3, 24, 32)
    init = wp.paint(picture, brush="round", strokes=13, steps=1, height=24).strokes[:count]
    with pytest.raises(InputError, match=f"1 to 12 strokes to begin with, got {count}"):
        running.Run(picture, brush="round", strokes=12, height=24, init=init)


def test_a_file_of_one_color_is_told_and_large_ones_are_reduced(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), (200, 10, 10)).save(tmp_path / "red.png")
    with pytest.warns(UserWarning, match=r"red\.png' has one color everywhere: there is nothing in it to paint"):
        wp.Run(tmp_path / "red.png", **OPTIONS)
    Image.linear_gradient("L").resize((2600, 1300)).save(tmp_path / "large.png")
    run = wp.Run(tmp_path / "large.png", **(OPTIONS | {"height": 64}))
    target = run.goal.start.target
    assert target is not None and target.shape == (3, 434, 867), "a third: 1024 pixels at most"
    whole = Goal.of(wp.photo(tmp_path / "large.png")).start.target
    assert whole is not None and whole.shape == (3, 1300, 2600)
