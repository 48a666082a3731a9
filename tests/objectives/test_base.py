"""Objectives compose: weights, names, regions, and what a run asks of them."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import toys
from objectives.downhill import assert_downhill, descend
from torch import Tensor

import wmpaint as wp
from wmpaint import objectives
from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.objectives import Function, Goal, Objective, Plan, Scene, Start, Sum, Within, l1, l2, photo
from wmpaint.objectives.base import as_objective
from wmpaint.strokes import Strokes


def picture(height: int = 6, width: int = 8, seed: int = 0) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


def halves(height: int, width: int) -> Tensor:
    """A mask whose left half counts."""
    return (torch.arange(width) < width // 2).float().expand(height, width).contiguous()


class Level(Objective):
    """The mean picture's lightness, as a term with a name."""

    name = "level"

    def __init__(self, heights: tuple[int, int] | None = None, steps: int = 120) -> None:
        self.plan = Plan(steps, heights)

    def __call__(self, scene: Scene) -> Tensor:
        return scene.mean(scene.picture)


def thick(scene: Scene) -> Tensor:
    return scene.strokes.radius.sum()


# Sums


def test_a_weighted_sum_and_its_terms() -> None:
    a, b, scene = l1(picture()), l2(picture()), Scene.of(picture(seed=1))
    goal = 2 * a + b * 0.5 - 3 * Level()
    loss, terms = goal.evaluate(scene)
    assert list(terms) == ["l1", "l2", "level"]
    assert terms == {"l1": a(scene).item(), "l2": b(scene).item(), "level": Level()(scene).item()}
    assert loss.item() == pytest.approx(2 * terms["l1"] + 0.5 * terms["l2"] - 3 * terms["level"])
    assert goal(scene).item() == loss.item()
    assert (10 * goal)(scene).item() == pytest.approx(10 * loss.item(), rel=1e-5)
    assert sum([a, b])(scene).item() == pytest.approx(terms["l1"] + terms["l2"])


def test_one_objective_is_a_sum_of_one() -> None:
    scene = Scene.of(picture())
    loss, terms = Level().evaluate(scene)
    assert terms == {"level": loss.item()} == {"level": picture().mean().item()}


def test_terms_of_one_name_are_numbered() -> None:
    goal = l1(picture()) + l1(picture()) + l1(picture()).named("far") + 0.5 * l1(picture())
    assert goal.names() == ["l1", "l1.2", "far", "l1.3"]
    assert l1(picture()).name == "l1", "naming makes a copy"


def test_weights_may_follow_a_schedule() -> None:
    goal = 2 * (Level() * (lambda progress: 1 - progress))
    for progress in (0.0, 0.25, 1.0):
        loss, terms = goal.evaluate(Scene.of(picture(), progress=progress))
        assert loss.item() == pytest.approx(2 * (1 - progress) * terms["level"], abs=1e-7)
    squared = ((lambda progress: progress) * Level()) * (lambda progress: progress)
    assert squared(Scene.of(picture(), progress=0.5)).item() == pytest.approx(picture().mean().item() / 4)


def test_what_a_run_asks_of_a_sum() -> None:
    wide = torch.full((3, 4, 8), 0.5)
    goal = Level((64, 200), steps=30) + l1(wide) + l2(picture()) + Level((96, 400), steps=200)
    asked = Goal.of(goal)
    assert asked.plan == Plan(200, (96, 400)) and asked.start.canvas().aspect == 2
    assert asked.start.picture is not None and torch.equal(asked.start.picture, wide)
    assert asked.start.target is asked.start.picture
    guide = asked.start.guide(2, 4)
    assert guide is not None and torch.allclose(guide, torch.tensor(0.5))
    free = Goal.of(Level() + Function(thick))
    assert free.start.picture is None and free.start.guide(2, 4) is None and free.start.canvas() == Canvas()
    assert free.plan == Plan()
    own = Function(thick, start=Start(wide), plan=Plan(sparse=True))
    assert Goal.of(own + Level()).start.picture is wide and Goal.of(Level() + own).plan.sparse


def test_the_canvas_of_a_part_is_that_of_the_whole() -> None:
    class Dark(Level):
        start = Start(background=(0.0, 0.0, 0.0), aspect=2.0)

    for goal in (Dark() + Level(), 0.5 * Dark(), Dark().within(halves(4, 8)), (Dark() + Level()).within(halves(4, 8))):
        assert Goal.of(goal).start.canvas() == Canvas(2.0, (0.0, 0.0, 0.0))
    assert Goal.of(Dark() + l1(picture(6, 9))).start.canvas() == Canvas(1.5), "a picture's proportions come first"


# Scenes


def test_the_mean_is_weighed_by_the_mask_at_any_size() -> None:
    values, mask = picture(4, 8), halves(4, 8)
    scene = Scene.of(values, mask=mask)
    assert scene.mean(values).item() == pytest.approx(values[..., :4].mean().item())
    assert scene.mean(values[0]).item() == pytest.approx(values[0, :, :4].mean().item())
    coarse = picture(2, 4, seed=1)
    assert scene.mean(coarse).item() == pytest.approx(coarse[..., :2].mean().item())
    assert Scene.of(values).mean(values).item() == pytest.approx(values.mean().item())
    assert Scene.of(values, mask=torch.zeros(4, 8)).mean(values).item() == 0


def test_a_scene_with_another_picture() -> None:
    scene = Scene.of(picture(4, 8), variance=picture(4, 8)[0], mask=halves(4, 8), progress=0.3)
    small = scene.with_picture(picture(2, 4))
    assert small.mask is not None and torch.equal(small.mask, halves(2, 4)) and small.progress == 0.3
    assert small.variance.mean().item() == pytest.approx(scene.variance.mean().item())
    assert scene.with_picture(picture(4, 8, seed=1)).mask is scene.mask


def test_random_numbers_come_from_the_generator() -> None:
    seeded = Scene.of(picture(), generator=torch.Generator().manual_seed(1))
    assert not torch.equal(seeded.uniform(3), seeded.uniform(3))
    assert torch.equal(Scene.of(picture()).uniform(3), Scene.of(picture()).uniform(3))


# Regions


def test_a_region_is_all_that_counts() -> None:
    target, canvas = torch.zeros(3, 4, 8), torch.full((3, 4, 8), 0.5)
    canvas[..., 4:] = 1.0
    canvas.requires_grad_()
    inside = l1(target).within(halves(4, 8))
    loss, terms = inside.evaluate(Scene.of(canvas))
    assert loss.item() == pytest.approx(0.5) and terms == {"l1": pytest.approx(0.5)}
    loss.backward()
    assert canvas.grad is not None and (canvas.grad[..., :4] > 0).all() and (canvas.grad[..., 4:] == 0).all()


def test_a_region_also_binds_who_knows_no_masks() -> None:
    canvas = picture(4, 8).requires_grad_()
    Function(lambda scene: scene.picture.sum()).within(halves(4, 8))(Scene.of(canvas)).backward()
    assert canvas.grad is not None and torch.equal(canvas.grad, halves(4, 8).expand(3, 4, 8))


def test_a_sum_within_a_region_keeps_its_terms() -> None:
    goal = (2 * l1(picture(4, 8)) + Level()).within(halves(4, 8))
    scene = Scene.of(picture(4, 8, seed=1))
    assert goal.names() == ["l1", "level"] and all(isinstance(term, Within) for _, term in goal.terms())
    loss, terms = goal.evaluate(scene)
    apart = 2 * l1(picture(4, 8)).within(halves(4, 8)) + Level().within(halves(4, 8))
    assert loss.item() == pytest.approx(apart(scene).item()) == pytest.approx(2 * terms["l1"] + terms["level"])


def test_regions_within_regions() -> None:
    top = (torch.arange(4) < 2).float()[:, None].expand(4, 8)
    canvas = picture(4, 8)
    both = Level().within(halves(4, 8)).within(top)
    assert both(Scene.of(canvas)).item() == pytest.approx(canvas[:, :2, :4].mean().item())


def test_strokes_with_their_middle_inside_are_judged() -> None:
    strokes = toys.strokes(30)
    scene = Scene.of(torch.ones(3, 16, 16), strokes=strokes)
    inside = strokes.points.mean(1)[:, 0] < 0.5
    assert 0 < inside.sum() < 30
    assert Function(thick).within(halves(16, 16))(scene).item() == pytest.approx(strokes.radius[inside].sum().item())
    assert Function(thick).within(halves(16, 16))(Scene.of(torch.ones(3, 16, 16))).item() == 0


# Functions, digests


def test_functions_are_objectives() -> None:
    wrapped = as_objective(thick)
    assert isinstance(wrapped, Function) and wrapped.name == "thick"
    goal = l1(picture())
    assert as_objective(goal) is goal
    for other in ("cat.jpg", picture(), None, 3):
        assert as_objective(other) is None
    assert Function(thick, "radii").evaluate(Scene.of(picture(), strokes=toys.strokes(3)))[1].keys() == {"radii"}
    assert Function(lambda scene: scene.picture.sum()).name == "lambda"


def test_an_identity_tells_goals_apart() -> None:
    goals: list[Callable[[], Objective]] = [
        lambda: l1(picture()),
        lambda: l2(picture()),
        lambda: l1(picture(seed=1)),
        lambda: 2 * l1(picture()),
        lambda: 3 * l1(picture()),
        lambda: l1(picture()) + l2(picture()),
        lambda: l1(picture()).named("other"),
        lambda: l1(picture()).within(halves(6, 8)),
        lambda: l1(picture()).within(1 - halves(6, 8)),
        lambda: Function(thick),
        lambda: photo(picture()),
        lambda: photo(picture(), variance=0.5),
    ]
    found = [Goal.of(make()).identity() for make in goals]
    assert found == [Goal.of(make()).identity() for make in goals], "the same for the same"
    assert len(set(found)) == len(goals)


def test_an_identity_is_that_of_the_goal_not_of_its_past() -> None:
    goal = l1(picture()).within(halves(6, 8)) + photo(picture())
    before = Goal.of(goal).identity()
    goal.evaluate(Scene.of(picture(3, 4)))
    assert Goal.of(goal).identity() == before


def test_an_identity_does_not_hang_on_what_a_python_makes_of_code() -> None:
    """A newer Python compiles the same text to other bytecode; here, other constants stand for that."""
    before = Goal.of(Function(thick)).identity()
    code = thick.__code__
    thick.__code__ = code.replace(co_consts=(*code.co_consts, "more"))
    try:
        assert Goal.of(Function(thick)).identity() == before
    finally:
        thick.__code__ = code
    factor = 2.0

    def caught(scene: Scene) -> Tensor:
        return factor * scene.strokes.radius.sum()

    one = Goal.of(Function(caught)).identity()
    factor = 3.0
    assert Goal.of(Function(caught)).identity() != one, "what it has caught counts"


def test_an_identity_does_not_hang_on_how_this_package_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, mine = l1(picture()), Function(lambda scene: scene.picture.sum())
    before = ours.identity(), mine.identity()
    monkeypatch.setattr("inspect.getsource", lambda function: "written in another way")
    assert ours.identity() == before[0] and mine.identity() != before[1]


def test_goals_go_to_other_processes() -> None:
    parts = [photo(picture()), objectives.lab(picture()), objectives.sliced(picture()), objectives.flow()]
    parts += [objectives.radii(0.1), objectives.boundary(), objectives.economy(), objectives.palette(["navy"])]
    goal = sum(parts, start=objectives.overlap() + objectives.align(picture()))
    assert pickle.loads(pickle.dumps(goal)).identity() == goal.identity()


def test_an_identity_is_the_same_in_another_process() -> None:
    code = (
        "import torch, wmpaint as wp\n"
        "from wmpaint.objectives import Goal\n"
        "p = torch.linspace(0, 1, 3 * 6 * 8).view(3, 6, 8)\n"
        "goal = wp.photo(p) + 0.2 * wp.ssim(p) + wp.curvature() + 0.1 * wp.palette(['navy']) + wp.sinkhorn(p)\n"
        "print(Goal.of(goal).identity())\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **more}
        )
        for more in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"})
    ]
    assert runs[0].stdout == runs[1].stdout and len(runs[0].stdout.strip()) == 64


# Windows


def test_local_objectives_are_the_mean_of_their_windows() -> None:
    target = picture(24, 36)
    frame = Frame(Canvas(1.5), 24)
    terms = [
        l1(target), l2(target), wp.edges(target), wp.ssim(target, 5), wp.variance(), wp.muted(), photo(target),
        wp.objectives.lab(target), wp.objectives.charbonnier(target), (l1(target) + 2 * wp.ssim(target, 7)),
    ]  # fmt: skip
    for term in terms:
        assert term.local is not None
        canvas, spread = picture(24, 36, seed=1).requires_grad_(), picture(24, 36, seed=2)[0].requires_grad_()
        total: Any = 0.0
        for part in frame.windows(10, term.local):
            box = part.frame
            mask = torch.zeros(box.size)
            mask[part.own] = 1
            scene = Scene(box.cut(canvas), box.cut(spread), Strokes.empty(), box, mask=mask)
            total = total + term(scene) * mask.sum() / (24 * 36)
        whole = term(Scene(canvas, spread, Strokes.empty(), frame))
        assert total.item() == pytest.approx(whole.item(), abs=2e-3 if "ssim" in term.names() else 1e-5)
        for one, other in zip(
            *(torch.autograd.grad(v, [canvas, spread], allow_unused=True) for v in (total, whole)), strict=True
        ):
            if one is not None:
                near = slice(8, 16), slice(8, 28)  # SSIM's windows end differently at the picture's own border
                assert torch.allclose(one[..., *near], other[..., *near], atol=1e-4)
    assert (l1(target) + wp.curvature()).local is None and wp.objectives.multiscale(target).local is None


def test_a_run_keeps_what_objectives_make_for_themselves() -> None:
    made: list[int] = []

    def costly(scene: Scene) -> Tensor:
        scene.memo(costly, scene.picture.shape, lambda: made.append(1))
        return scene.picture.sum()

    first = Scene.of(picture())
    for scene in (first, replace(first, progress=0.5)):
        Function(costly)(scene)
    assert made == [1]
    Function(costly)(Scene.of(picture()))
    assert made == [1, 1], "another run's"


# Downhill


def test_the_check_for_downhill_can_fail() -> None:
    class Wrong(Objective):
        """Its value is that of l2, its gradient points the other way."""

        name = "wrong"

        def __call__(self, scene: Scene) -> Tensor:
            value = l2(torch.full((3, 8, 8), 0.5))(scene)
            return 2 * value.detach() - value

    with pytest.raises(AssertionError, match="wrong does not go downhill"):
        assert_downhill(Wrong())
    losses = descend(l2(torch.full((3, 8, 8), 0.5)))
    assert len(losses) == 6 and all(b < a for a, b in itertools.pairwise(losses))


# Bad input


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), "2", None, torch.ones(2), l1(picture())])
def test_weights_that_are_none(weight: Any) -> None:
    with pytest.raises(InputError, match="expected a finite weight or a schedule"):
        l1(picture()) * weight


def test_only_objectives_add_up() -> None:
    for other in (1, "l1", None):
        with pytest.raises(TypeError):
            l1(picture()) + other


def scene_with_strokes() -> Scene:
    canvas = picture().requires_grad_()
    return Scene.of(canvas, strokes=toys.strokes(3))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda scene: scene.picture, r"'bad' to return a scalar tensor, got a tensor of shape \(3, 6, 8\)"),
        (lambda scene: 0.5, "'bad' to return a scalar tensor, got float"),
        (lambda scene: None, "'bad' to return a scalar tensor, got NoneType"),
        (lambda scene: scene.picture.sum() * float("nan"), "'bad' to be finite, got nan"),
        (lambda scene: scene.picture.sum() / 0, "'bad' to be finite, got inf"),
        (lambda scene: torch.ones(()), "'bad' to have a gradient, got a constant"),
        (lambda scene: scene.picture.detach().sum(), "'bad' to have a gradient, got a constant"),
    ],
)
def test_functions_that_are_no_objectives(function: Callable[[Scene], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        (Level() + Function(function, "bad")).evaluate(scene_with_strokes())


def test_a_constant_will_do_where_nothing_is_optimized() -> None:
    constant = Function(lambda scene: torch.ones(()), "one")
    assert constant.evaluate(Scene.of(picture()))[0].item() == 1
    with torch.no_grad():
        assert constant.evaluate(scene_with_strokes())[0].item() == 1


def test_a_schedule_that_ends_in_nothing() -> None:
    goal = Level() * (lambda progress: float("nan"))
    with pytest.raises(InputError, match="weight of 'level' to be a finite number, got nan"):
        goal.evaluate(Scene.of(picture()))


def test_an_objective_without_an_opinion() -> None:
    class Empty(Objective):
        pass

    with pytest.raises(NotImplementedError, match="Empty does not say what it wants"):
        Empty()(Scene.of(picture()))


def test_masks_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="mask with the proportions of the picture, 8 x 6, got 6 x 8"):
        l1(picture()).within(torch.ones(8, 6))
    with pytest.raises(InputError, match="something white"):
        l1(picture()).within(torch.zeros(6, 8))
    assert l1(picture()).within(torch.ones(60, 80))(Scene.of(picture())).item() == 0, "any size of those proportions"


def test_a_run_names_the_bad_objective() -> None:
    for goal in (lambda scene: scene.picture, lambda scene: torch.ones(())):
        with pytest.raises(InputError, match="'lambda'"):
            wp.paint(goal, brush="round", strokes=3, height=32, steps=2)


def test_sums_are_plain_objectives() -> None:
    assert isinstance(l1(picture()) * 2, Sum) and isinstance(0 + l1(picture()), Sum)
    assert Scene.of(picture()).strokes.points.shape == Strokes.empty().points.shape


def test_a_weighted_term_can_still_be_named_and_a_sum_cannot() -> None:
    assert (2 * Level()).named("light").names() == ["light"]
    with pytest.raises(InputError, match="name each"):
        (Level() + Level()).named("light")


def test_identities_tell_functions_apart_by_all_they_hold() -> None:
    import functools

    class Gauge:
        def __init__(self, level: float) -> None:
            self.level = level

        def read(self, scene: Scene) -> Tensor:
            return scene.picture.mean() * self.level

    def times(factor: float, scene: Scene) -> Tensor:
        return scene.picture.mean() * factor

    twice = Function(lambda scene: (lambda x: x * 2)(scene.picture.mean()))
    thrice = Function(lambda scene: (lambda x: x * 3)(scene.picture.mean()))
    assert twice.identity() != thrice.identity()
    pairs: list[tuple[Any, Any]] = [
        (Gauge(1).read, Gauge(2).read),
        (functools.partial(times, 1), functools.partial(times, 2)),
    ]
    for one, other in pairs:
        assert Function(one).identity() != Function(other).identity()
    assert Function(Gauge(1).read).identity() == Function(Gauge(1).read).identity()
    assert Function(functools.partial(times, 1)).identity() == Function(functools.partial(times, 1)).identity()
