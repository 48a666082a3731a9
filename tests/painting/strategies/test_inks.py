from __future__ import annotations

import pytest
import torch
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint.canvas import Canvas
from wmpaint.cli.app import app
from wmpaint.errors import FileError, InputError
from wmpaint.export.plotter import Pen, load_pens
from wmpaint.frame import Frame
from wmpaint.medium import render
from wmpaint.painting.step import step as one_step
from wmpaint.painting.strategies.inks import Inks
from wmpaint.strokes import Strokes

RED_BLACK = [Pen("red", (1.0, 0.0, 0.0), 2.0), Pen("black", (0.0, 0.0, 0.0), 4.0, opacity=0.5)]
SMALL = {"strokes": 40, "height": 64, "steps": 40, "seed": 3}


def inks_of(**options) -> Inks:
    return Inks.of(load_pens(RED_BLACK), Canvas(), page="120x120mm", margin="10mm", **options)


def test_inks_as_they_look_on_the_paper_and_the_paper_itself():
    # Half the light passes an ink of opacity 0.5 where it is black.
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [1.0, 1.0, 1.0]])
    assert torch.allclose(inks_of().colors, expected)
    tinted = Inks.of(RED_BLACK, Canvas(background=(0.5, 0.8, 1.0)))
    assert torch.allclose(tinted.colors[:2], torch.tensor([[0.5, 0.0, 0.0], [0.25, 0.4, 0.5]]))


def test_widths_on_the_page():
    # The canvas is 100 mm high, so a pen of 2 mm has a radius of 0.01.
    assert inks_of().radius is None and inks_of().least == pytest.approx(0.01)
    lines = inks_of(fill="line")
    assert torch.allclose(lines.radius, torch.tensor([0.01, 0.02, 0.02]))
    twice = inks_of(fill="line", share=lambda radius: torch.full_like(radius, 2.0))
    assert torch.allclose(twice.radius, torch.tensor([0.005, 0.01, 0.01]), rtol=0.03)


def test_colors_are_free_at_first_and_inks_at_the_end():
    colors = torch.tensor([[0.8, 0.1, 0.1], [0.3, 0.35, 0.3], [0.95, 0.9, 0.95]])
    assert torch.equal(inks_of().drawn(colors, 0.0), colors)
    assert torch.equal(inks_of().drawn(colors, 1.0), inks_of().colors)
    half = inks_of().drawn(colors, 0.05)
    assert ((half - inks_of().colors).norm(dim=1) < (colors - inks_of().colors).norm(dim=1)).all()


def test_a_picture_in_inks():
    picture = torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.1, 0.1], [1.0, 1.0, 1.0]]).t()[:, None]
    assert torch.equal(inks_of().guide(picture, 1.0), inks_of().colors[[0, 1, 2]].t()[:, None])


def test_colors_are_drawn_to_the_inks_after_each_step():
    run = wp.Run(torch.rand(3, 16, 16), pens=RED_BLACK, page="120x120mm", margin="10mm", **(SMALL | {"strokes": 14}))
    next(run)
    assert (run.strokes().pressure == 1).all()  # a plotter presses fully
    inks = run.task.constraint
    for progress, hard in ((0.0, False), (1.0, True)):
        one_step(run.task, run.state, progress)
        off = torch.cdist(run.strokes().color.detach(), inks.colors).amin(1)
        assert bool((off < 1e-6).all()) == hard
    assert (run.strokes().pen < 3).all()


def test_a_painting_has_the_inks_alone_and_is_plotted_with_them(tmp_path):
    painting = wp.paint(wp.sample_photo(), pens="fineliners", page="a5", **SMALL)
    inks = Inks.of("fineliners", painting.canvas, page="a5").colors
    assert torch.equal(painting.strokes.color, inks[painting.strokes.pen])
    assert len(painting.strokes.pen.unique()) > 1
    assert painting.parameters["brush"] == "round"
    painting.save(tmp_path / "cat.wmp.json")
    again = wp.load(tmp_path / "cat.wmp.json")
    assert torch.equal(again.strokes.pen, painting.strokes.pen)
    job = again.plot()
    assert job.placement.page == (210, 148)  # what it was painted for, without being told again
    assert again.plot("black").placement.page == (297, 210)
    drawn = {layer.pen.name for layer in job.layers}
    names = [pen.name for pen in load_pens("fineliners").pens]
    assert drawn <= {names[k] for k in painting.strokes.pen.unique().tolist() if k < len(names)}
    assert job.bare == int((painting.strokes.pen == len(names)).sum())


def test_lines_are_as_wide_as_their_pens():
    painting = wp.paint(wp.sample_photo(), pens=[Pen("black", (0.0, 0.0, 0.0), 9.0)], fill="line", **SMALL)
    radius = painting.strokes.radius
    assert (radius == radius[0]).all()
    from wmpaint.media import measuring

    assert painting.plot().settings["fill"] == "center"
    share, _ = measuring.measure(painting.medium, painting.strokes, height=64)
    # A4 upright, 180 mm for an aspect of 4/3: the canvas is turned, and its height is 180 mm.
    assert float(share[0] * radius[0] * 2 * 180) == pytest.approx(9.0, rel=0.1)  # a pixel in radius


def test_painting_with_inks_is_better_than_exchanging_colors_for_inks_later():
    photo = wp.load_image(wp.sample_photo())
    later = wp.paint(photo, brush="round", **{**SMALL, "steps": 60})
    before = wp.paint(photo, pens="brush_pens", **{**SMALL, "steps": 60})
    inks = Inks.of("brush_pens", later.canvas)
    exchanged = later.strokes.replace(color=inks.drawn(later.strokes.color, 1.0))
    from wmpaint.image import resize

    def error(strokes: Strokes) -> float:
        picture = render(later.medium, strokes, Frame(later.canvas, 64)).mean[:3]
        return float((picture - resize(photo, *picture.shape[1:])).square().mean())

    assert error(before.strokes) < error(exchanged)


def test_a_broken_off_painting_goes_on_to_the_same_result(tmp_path):
    photo = wp.sample_photo()
    whole = wp.paint(photo, pens="fineliners", **SMALL)
    run = wp.Run(photo, pens="fineliners", **SMALL)
    for step in run:
        if step.index == 2:
            run.save_checkpoint(tmp_path / "state")
            break
    half = run.painting()
    assert (half.strokes.pen <= 4).all()
    again = wp.Run.resume(tmp_path / "state", photo)
    for _ in again:
        pass
    assert torch.equal(again.painting().strokes.points, whole.strokes.points)
    assert torch.equal(again.painting().strokes.color, whole.strokes.color)
    assert again.painting().parameters == whole.parameters


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pens": "crayons"}, "expected pens out of"),
        ({"pens": 4}, "known before painting, got 4"),
        ({"pens": "own"}, "known before painting, got 'own'"),
        ({"pens": "fineliners", "fill": "hatch"}, "solid, line, got 'hatch'"),
        ({"pens": "fineliners", "page": "a99"}, "expected a page out of"),
        ({"pens": "fineliners", "margin": "-1mm"}, "margin of 0 mm or more"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(InputError, match=message):
        wp.Run(wp.sample_photo(), strokes=5, height=32, **options)


def test_a_pen_file_that_is_not_there():
    with pytest.raises(FileError, match=r"nowhere\.toml"):
        wp.Run(wp.sample_photo(), pens="nowhere.toml", strokes=5, height=32)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--pens", "cmyk"], "--pens as in the checkpoint, got cmyk"),
        (["--pens", "black", "--paper", "a3"], "--paper as in the checkpoint, got a3"),
        (["--pens", "black", "--paper", "a5"], None),
    ],
)
def test_the_command_goes_on_with_the_same_pens_and_page_only(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    run = wp.Run(wp.sample_photo(), pens="black", page="a5", **SMALL)
    next(run)
    run.save_checkpoint("state")
    done = CliRunner().invoke(
        app, ["paint", "--resume", "state", "--budget", "1s", "--no-real", "-o", "a.png", *options]
    )
    assert done.exit_code == (2 if message else 0), done.output
    assert message is None or message in done.stderr
