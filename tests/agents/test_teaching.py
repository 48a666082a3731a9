"""Trainings from plain options, in one process and in two; judges; what agents are measured by and shown as."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from pupils import Blobs, Known, agent, chance

from wmpaint import agents
from wmpaint.agents import (
    CoarseToFine,
    Copying,
    Freehand,
    LossWeights,
    Stage,
    Training,
    WeightedLessons,
    comparison_sheet,
    evaluate,
    plan_training,
    write_grid,
)
from wmpaint.agents.evaluation import painted_by
from wmpaint.agents.judges import Critic, FeatureJudge
from wmpaint.agents.parallel import Team
from wmpaint.agents.policies.tiles import window, zoom_of
from wmpaint.canvas import Canvas
from wmpaint.data import load as load_data
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.image import load_image, sample_photo
from wmpaint.media.programs import Dabs
from wmpaint.medium import render
from wmpaint.metrics import psnr

TINY = {"side": 32, "width": 4, "hidden": 16, "sees": 16}


class Few(Blobs):
    def __len__(self) -> int:
        return 5


@pytest.mark.parametrize(
    ("options", "kind", "per_look"),
    [
        ({}, "set", 8),
        ({"strokes": 16}, "set", 16),
        ({"strokes": 40}, "recurrent", 1),
        ({"strokes": 40, "kind": "set"}, "set", 8),
        ({"copy": 0.5}, "recurrent", 1),
    ],
)
def test_defaults_fit_the_task(options: dict[str, object], kind: str, per_look: int) -> None:
    config = plan_training(Known(agent()), steps=1, **TINY, **options).agent.config
    assert (config.kind, config.per_look) == (kind, per_look)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stops": True}, "known strokes"),
        ({"copy": 2.0}, "share of 0 to 1"),
        ({"kind": "tiles"}, "colored pictures"),
        ({"kind": "cube"}, "agent of kind"),
        ({"strokes": 0}, "strokes of 1"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_training(Blobs(), steps=1, **{**TINY, **options})


def test_a_photo_takes_more_strokes_than_a_digit() -> None:
    options = {**TINY, "side": 64}
    assert plan_training(Blobs(3), kind="tiles", steps=1, **options).agent.config.strokes == 500
    assert plan_training(Blobs(), steps=1, **options).agent.config.strokes == 8


def test_what_is_handed_out_is_a_copy() -> None:
    training = plan_training(Blobs(), steps=1, batch=2, **TINY)
    learned = training.learned()
    theirs = {id(p) for p in training.agent.parameters()}
    assert not theirs & {id(p) for p in learned.parameters()}


def test_the_seed_decides() -> None:
    ends = []
    for seed in (0, 0, 1):
        training = plan_training(Blobs(), steps=3, batch=4, seed=seed, strokes=2, **TINY)
        ends.append([step.loss for step in training])
    assert ends[0] == ends[1] != ends[2]


def test_copying_needs_known_strokes() -> None:
    with pytest.raises(InputError, match="known strokes"):
        list(plan_training(Blobs(), steps=2, copy=1.0, batch=4, **TINY))


def test_strokes_may_be_copied_from_other_data() -> None:
    known = Known(agent())
    training = plan_training(Blobs(), steps=3, copy=0.5, copy_from=known, batch=4, **TINY)
    assert [next(iter(step.terms)) for step in training] == ["strokes", "strokes", "l2"]
    with pytest.raises(InputError, match="3 channels"):
        plan_training(Blobs(3), steps=1, copy=0.5, copy_from=known, **TINY)


def test_mixed_lessons_add_up() -> None:
    pupil = agent(kind="recurrent")
    data = Known(pupil)
    lessons = [Freehand(data, batch=4, weights=LossWeights(early=0)), Copying(data, batch=4)]
    apart = []
    generator = chance()
    for lesson in lessons:
        apart.append(lesson.teach(pupil, generator, 1.0).loss)
    both = WeightedLessons((1.0, lessons[0]), (0.5, lessons[1])).teach(pupil, chance(), 1.0).loss
    assert torch.allclose(both, apart[0] + 0.5 * apart[1])


def test_critic_scores_slopes_and_learns() -> None:
    critic = Critic(1, 16)
    real, painted, mix = torch.rand(4, 1, 16, 16), torch.rand(4, 1, 16, 16), torch.rand(4)
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.zero_()
    # A critic that sees nothing has a slope of 0, and so the penalty 10 (0 - 1)^2, and no difference of scores.
    assert float(critic.loss(painted, real, mix).detach()) == pytest.approx(10, abs=1e-3)
    pupil = agent()
    training = Training(
        pupil,
        [Stage(Freehand(Blobs(), batch=4, weights=LossWeights(critic=0.1), critic=(judge := Critic(1, 16))))],
        steps=3,
        critic=judge,
    )
    before = [p.clone() for p in judge.parameters()]
    steps = list(training)
    assert all("critic" in step.terms for step in steps)
    assert any(not torch.equal(a, b) for a, b in zip(before, judge.parameters(), strict=True))
    assert all(p.requires_grad for p in judge.parameters())


def test_features_of_alike_pictures_are_alike() -> None:
    judge = FeatureJudge()
    target = torch.rand(2, 1, 32, 32, generator=chance())
    assert float(judge(target, target)) == 0
    painted = torch.rand(2, 1, 32, 32, generator=chance(1)).requires_grad_()
    judge(painted, target).backward()
    assert painted.grad is not None and float(painted.grad.abs().sum()) > 0


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    found = []
    for size in (1, 2):
        path = tmp_path / f"{size}.safetensors"
        start = (
            [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"] if size == 2 else [sys.executable]
        )
        done = subprocess.run(
            [*start, "-m", "wmpaint", "agent", "train", "--data", "digits", "--strokes", "3", "--side", "16", "--kind",
             "recurrent", "--unroll", "2", "--steps", "4", "--batch", "4", "--loss", "critic=0.01", "--program", "dabs",
             "-o", str(path)],
            env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONFAULTHANDLER": "1"},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(agents.load(path).net.state_dict())
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        assert torch.allclose(found[0][name], found[1][name], atol=1e-3), name  # as stored, in half precision


def test_a_batch_has_to_be_shared_evenly() -> None:
    assert Team(1, 2).share(6) == slice(3, 6)
    with pytest.raises(InputError, match="share evenly"):
        Team(0, 2).share(5)


# Windows


def test_windows_are_parts_of_the_picture() -> None:
    picture = torch.arange(64.0).view(1, 1, 8, 8)
    assert torch.equal(window(picture, torch.zeros(1, 2), 1.0, 8), picture)
    quarter = window(picture, torch.tensor([[0.5, 0.25]]), 0.5, 4)
    assert torch.allclose(quarter[0, 0], picture[0, 0, 2:6, 4:8])
    half = window(picture, torch.zeros(1, 2), 1.0, 4)
    assert torch.allclose(half, torch.nn.functional.avg_pool2d(picture, 2))
    assert zoom_of(torch.tensor([64.0, 512.0])).tolist() == [0, 3]


def tiles() -> agents.Agent:
    return agent(
        kind="tiles", strokes=20, per_look=4, channels=3, side=32, sees=16, program_height=512, radius=(0.05, 0.3),
        reach=0.45, noise=False,
    )  # fmt: skip


def test_all_sizes_of_windows_are_taught() -> None:
    pupil = tiles()
    outcome = CoarseToFine(Blobs(3), batch=2).teach(pupil, chance(), 0.0)
    outcome.loss.backward()
    assert set(outcome.terms) == {f"level{k}" for k in range(4)}
    assert all(p.grad is not None and p.grad.isfinite().all() for p in pupil.net.parameters())


@pytest.mark.parametrize("size", [(40, 60), (60, 40), (16, 16)])
def test_a_photo_of_any_size_comes_closer(size: tuple[int, int]) -> None:
    pupil = tiles()
    picture = torch.rand(3, 4, 4, generator=chance())[None]
    picture = torch.nn.functional.interpolate(picture, size, mode="bilinear")[0]
    strokes = pupil(picture, 30)
    assert 1 <= len(strokes.check()) <= 30
    canvas = Canvas.like(picture)
    before = psnr(torch.ones_like(picture), picture)
    after = psnr(render(pupil.medium, strokes, Frame(canvas, size[0])).mean[:3].clamp(0, 1), picture)
    assert float(after) > float(before) + 1
    assert torch.equal(strokes.points, pupil(picture, 30).points)


def test_the_bundled_photo_agent_paints_the_sample_photo() -> None:
    photo = load_image(sample_photo())[:3]
    loaded = agents.load("photo")
    strokes = loaded(photo, 500)
    picture = render(loaded.medium, strokes, Frame(Canvas.like(photo), photo.shape[1])).mean[:3]
    assert len(strokes) <= 500 and float(psnr(picture, photo)) >= 23


def test_strokes_of_tiles_are_counted() -> None:
    for count in (0, 20_001):
        with pytest.raises(InputError, match="1 to 20000 strokes"):
            tiles()(torch.rand(3, 16, 16), count)


# What they are measured by, and shown as


def test_errors_are_means_over_pixels_and_pictures() -> None:
    loaded, data = agents.load("mnist-8"), Few()
    found = evaluate(loaded, data, program="dabs")
    pictures = data.take(range(5), side=64).pictures
    strokes = loaded(pictures)
    dream = painted_by(loaded.medium, loaded, strokes)
    real = torch.stack([1 - render(Dabs("round"), strokes[k], Frame(Canvas(), 64)).mean[:1] for k in range(5)])
    assert (found.pictures, found.strokes) == (5, 8)
    assert found.dream_mse == pytest.approx(float((dream - pictures).square().mean()), rel=1e-4)
    assert found.real_mse == pytest.approx(float((real - pictures).square().mean()), rel=1e-4)
    assert evaluate(loaded, data, limit=2, program="dabs").pictures == 2


def test_the_bundled_digits_and_kana_are_good() -> None:
    kana = evaluate(agents.load("kana-15"), load_data("kana").split()[1], limit=60, program="dabs")
    assert kana.pictures == 60 and kana.dream_mse < 0.03 and kana.real_mse < 0.03 and 1 < kana.strokes < 15
    digits = evaluate(agents.load("mnist-8"), load_data("digits").split()[1], limit=50, program="dabs")
    assert digits.strokes == 8 and digits.dream_mse < 0.03 and abs(digits.real_mse - digits.dream_mse) < 0.01
    whole = evaluate(agents.load("mnist-8"), load_data("digits").split()[1], limit=50, strokes=2, program="dabs")
    assert whole.strokes == 2 and whole.dream_mse > digits.dream_mse


def test_data_of_other_channels_is_refused() -> None:
    with pytest.raises(InputError, match="amounts of ink"):
        evaluate(agents.load("mnist-8"), Blobs(3))


def test_sheets_and_films(tmp_path: Path) -> None:
    loaded = agents.load("mnist-8")
    pictures = load_data("digits").take(range(3), side=64).pictures
    assert comparison_sheet(loaded, pictures, program="dabs").shape == (3, 3 * 64 + 4 * 4, 3 * 64 + 4 * 4)
    write_grid(tmp_path / "a.gif", loaded, pictures, cell=32, program="dabs")
    with Image.open(tmp_path / "a.gif") as film:
        assert getattr(film, "n_frames", 1) >= 8
    write_grid(tmp_path / "a.png", loaded, pictures[:1], cell=32, program="dabs")
    with Image.open(tmp_path / "a.png") as last:
        assert last.size == (3 * 32 + 4 * 2, 32 + 2 * 2)
    for bad in ({"path": tmp_path / "a.txt"}, {"cell": 4}):
        with pytest.raises(InputError, match="expected"):
            write_grid(**{"path": tmp_path / "b.gif", "agent": loaded, "images": pictures, **bad})


def test_a_longer_painting_begins_with_what_a_shorter_one_has_learned() -> None:
    options = {"kind": "set", "per_look": 2, "steps": 1, "batch": 2, "side": 16, "width": 4, "hidden": 16}
    short = plan_training(Blobs(3), strokes=4, seed=1, **options)
    for _ in short:
        pass
    earlier = short.learned()
    for other in (plan_training(Blobs(3), strokes=12, seed=2, begin_with=earlier, **options).agent, earlier):
        for one, two in zip(other.net.parameters(), earlier.net.parameters(), strict=True):
            assert torch.equal(one, two)
    apart = plan_training(Blobs(3), strokes=12, seed=2, **options).agent
    assert not torch.equal(next(apart.net.parameters()), next(earlier.net.parameters()))
    with pytest.raises(
        InputError, match="3 strokes a look and the same sizes to begin with, got one of kind set with 2"
    ):
        plan_training(Blobs(3), strokes=12, begin_with=earlier, **(options | {"per_look": 3}))
    with pytest.raises(InputError, match="kind recurrent"):
        plan_training(Blobs(3), strokes=12, begin_with=earlier, kind="recurrent", steps=1, batch=2, side=16)
