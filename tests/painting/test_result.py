from __future__ import annotations

import dataclasses
import io
import json
import math
import shutil
import warnings
from pathlib import Path

import needs
import numpy as np
import pytest
import torch
import toys
from flat import Flat, line, many
from PIL import Image

from wmpaint.canvas import Canvas
from wmpaint.errors import BrushError, FileError, InputError, MissingProgram
from wmpaint.export import animation
from wmpaint.frame import Frame
from wmpaint.image import load_image
from wmpaint.medium import render
from wmpaint.painting import BrushRef, Painting, Report, load, result
from wmpaint.strokes import Strokes


def painting(count: int = 20, **options) -> Painting:
    values = {
        "strokes": many(count).replace(brush=torch.arange(count) % 2),
        "canvas": Canvas(1.5, (0.9, 0.8, 0.7)),
        "brushes": (BrushRef("charcoal", "aa"), BrushRef("own", "bb", "own.safetensors", '{"version": 3}\n')),
        "program_height": 32,
        "seed": 7,
        "parameters": {"strokes": count},
        "terms": {"pixel": 0.5, "variance": 0.25},
        "provenance": {"steps": 90, "seconds": 12.5, "source": "/home/me/<cat>.jpg"},
    }
    return Painting(**{**values, **options})


@pytest.fixture
def real(monkeypatch):
    """Two brushes of a program, and the same two as learned by perfect painters."""
    made = {"charcoal": Flat(0.9, brush_hash="aa"), "own": Flat(0.4, brush_hash="bb")}
    monkeypatch.setattr(result, "program_of", lambda program, brush, seed: made[brush.name])
    monkeypatch.setattr(result, "painter_of", lambda brush, folder: made[brush.name])
    return made


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"canvas": Canvas(1 / 3, None, (210.0, 297.0)), "seed": 2**63 - 1, "terms": {}, "provenance": {"a": [1, None]}},
        {"strokes": Strokes.empty(), "brushes": (BrushRef("x"),)},
        {"strokes": many(5).replace(lifted=torch.tensor([True, False, True, True, False]))},
    ],
)
def test_saved_and_loaded_again_it_is_the_same(tmp_path, changes):
    before = painting(**changes)
    path = tmp_path / "a.wmp.json"
    before.save(path)
    after = Painting.load(path)
    for f in dataclasses.fields(Painting):
        if f.name not in ("strokes", "target", "painters", "folder"):
            assert getattr(after, f.name) == getattr(before, f.name), f.name
    for f in dataclasses.fields(Strokes):
        x, y = getattr(before.strokes, f.name), getattr(after.strokes, f.name)
        assert (x is None and y is None) or (torch.equal(x, y) and x.dtype == y.dtype), f.name
    assert after.folder == tmp_path
    assert load(path).to_json() == before.to_json() == path.read_text("utf-8")


def test_strokes_are_kept_as_float32_outside_any_graph():
    strokes = many(3).to(torch.float64)
    strokes.points.requires_grad_()
    kept = painting(3, strokes=strokes).strokes
    assert kept.points.dtype == torch.float32 and not kept.points.requires_grad


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"brushes": ()}, "at least one brush"),
        ({"brushes": (BrushRef("a"),)}, "brush of stroke 1 to be 0 to 0, got 1"),
        ({"seed": -1}, "seed"),
        ({"program_height": 0}, "height"),
        ({"terms": {"pixel": math.nan}}, "'pixel' to be finite"),
        ({"terms": {"pixel": 10**400}}, "'pixel' to be finite, got 1000"),
        ({"terms": {"pixel": "much"}}, "'pixel' to be finite, got much"),
        ({"painters": (Flat(),)}, "2 painters"),
        ({"strokes": many(2).replace(radius=torch.tensor([0.1, -1.0]))}, "radius of stroke 1"),
    ],
)
def test_values_out_of_range(changes, words):
    with pytest.raises(InputError, match=words):
        painting(**changes)


def test_render_and_replay(real):
    p = painting()
    assert p.render().shape == (4, 32, 48) and p.replay(height=64).shape == (4, 64, 96)
    torch.testing.assert_close(p.render(), p.replay("mypaint"))
    assert not p.render().requires_grad
    alone = painting(strokes=many(20).replace(brush=torch.ones(20, dtype=torch.int64)))
    torch.testing.assert_close(alone.render(16), render(real["own"], many(20), Frame(alone.canvas, 16)).mean)


def test_no_height_is_not_the_planned_height(real, tmp_path):
    p = painting()
    for shown in (
        lambda: p.render(0),
        lambda: p.replay(height=0),
        lambda: p.save(tmp_path / "a.png", height=0),
        lambda: p.save(tmp_path / "a.mp4", height=0),
        lambda: render(toys.painter(), p.strokes, Frame(p.canvas, 8, program_height=0)).mean,
    ):
        with pytest.raises(InputError, match="height of 1 to 16,384 pixels, got 0"):
            shown()
    assert not list(tmp_path.iterdir())


def learned(brush: str, seed: int = 0):
    made = toys.painter(seed)
    made.notes["brush"] = brush
    return made


def test_a_painter_s_file_is_found_where_it_was_and_beside_the_painting(tmp_path, monkeypatch):
    (tmp_path / "work" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    made = learned("own")
    made.save("sub/mine.safetensors")
    p = painting(4, strokes=many(4), brushes=(BrushRef.of(made, Path("sub/mine.safetensors")),))
    p.save("a.wmp.json")
    wanted = render(made, p.strokes, Frame(p.canvas, 32)).mean
    torch.testing.assert_close(load("a.wmp.json").render(), wanted, atol=2e-3, rtol=0)
    # From another folder, where the painting lies beside it, and where it lies beside the painter alone.
    moved = tmp_path / "moved"
    moved.mkdir()
    monkeypatch.chdir(moved)
    torch.testing.assert_close(load("../work/a.wmp.json").render(), wanted, atol=2e-3, rtol=0)
    shutil.copy("../work/a.wmp.json", "b.wmp.json")
    alone = load("b.wmp.json")
    with pytest.raises(FileError, match=r"painter of brush 'own' at 'sub/mine.safetensors', or beside .*moved"):
        alone.render()
    shutil.copy("../work/sub/mine.safetensors", "mine.safetensors")
    torch.testing.assert_close(alone.render(), wanted, atol=2e-3, rtol=0)
    with pytest.raises(FileError, match="wmpaint-ribbon-1"):
        Path("mine.safetensors").write_bytes(b"no painter")
        load("b.wmp.json").render()


def test_a_painter_trained_again_is_read_again_and_noticed(tmp_path):
    path = tmp_path / "mine.safetensors"
    one, other = learned("own"), learned("own", seed=1)
    other.notes["brush_hash"] = one.notes["brush_hash"]
    one.save(path)
    p = painting(4, strokes=many(4), brushes=(BrushRef.of(one, path),))
    first = p.render()
    other.save(path)
    with pytest.warns(UserWarning, match="the painter 'own' is not the one this painting was made with"):
        second = p.render()
    assert not torch.allclose(first, second, atol=0.01)


def test_a_painter_of_one_s_own_under_a_bundled_name_is_noticed(tmp_path):
    made = learned("charcoal")
    made.notes["brush_hash"] = ""
    p = painting(4, strokes=many(4), brushes=(BrushRef.of(made),), painters=(made,))
    p.save(tmp_path / "a.wmp.json")
    with pytest.warns(UserWarning, match="the painter 'charcoal' is not the one"):
        load(tmp_path / "a.wmp.json").render()


def test_what_is_in_range_alone_and_not_together_is_a_broken_file():
    text = json.loads(painting(1).to_json())
    text["canvas"]["aspect"], text["program"]["height"] = 60, 10_000
    with pytest.raises(FileError, match=r"sides of at most 16384 pixels.* in 'cat'"):
        Painting.from_json(json.dumps(text), "cat")


def test_the_least_radius_can_be_exported(tmp_path):
    text = json.loads(painting(1, strokes=many(1), brushes=(BrushRef("charcoal"),)).to_json())
    text["strokes"][0][6] = 1e-9
    p = Painting.from_json(json.dumps(text))
    p.save(tmp_path / "a.svg")
    p.save(tmp_path / "a.wmp.json")
    assert load(tmp_path / "a.wmp.json").strokes.radius.tolist() == p.strokes.radius.tolist()
    assert p.replay("dabs").shape == (4, 32, 48)


def test_provenance_may_be_anything(real):
    report = painting(provenance={"steps": "many", "seconds": 10**400}).report(program=None)
    assert report.steps is report.seconds is None and "seconds" not in str(report)


def test_painters_in_memory_come_first():
    p = painting(painters=(Flat(0.2), Flat(0.3)))
    assert p.render(8).shape == (4, 8, 12)
    assert p.painters[0].calls and p.painters[1].calls


def test_a_film_of_a_replay_ends_with_the_replay(monkeypatch, tmp_path):
    films = []
    monkeypatch.setattr(animation, "encode_film", lambda path, frames, fps: films.append(list(frames)))
    strokes = many(8, seed=4).replace(radius=torch.full((8,), 0.06), brush=torch.arange(8) // 2 % 2)
    p = painting(strokes=strokes, brushes=(BrushRef("charcoal"), BrushRef("chalk")))
    for seed in (None, 11):
        p.save(tmp_path / "a.mp4", program="dabs", seed=seed, height=40, frames=3)
        assert torch.equal(films[-1][-1], p.replay("dabs", 40, seed)[:3])
    assert not torch.equal(films[0][-1], films[1][-1])


def test_report_compares_with_the_target(real):
    # A line of half the height, black on white: the dream is exact, the real program paints it in gray.
    strokes = line(0.5, 0.25, (0.0, 0.0, 0.0), x=(-1.0, 2.0))
    p = painting(strokes=strokes, canvas=Canvas(), brushes=(BrushRef("own"),), painters=(Flat(),))
    target = torch.ones(3, 32, 32)
    target[:, 8:24] = 0
    report = p.report(target)
    # Its error is 0.6 over half of the picture.
    assert report.real_psnr == pytest.approx(-10 * math.log10(0.36 / 2), abs=1e-3)
    assert report.dream_psnr == 100.0
    assert report.gap_db == pytest.approx(100 - report.real_psnr)
    assert (report.strokes, report.steps, report.seconds, report.seed) == (1, 90, 12.5, 7)
    assert report.program == "flat" and report.terms == {"pixel": 0.5, "variance": 0.25}
    # In memory, of another size, and with pictures that are there already.
    kept = dataclasses.replace(p, target=target.repeat_interleave(4, 1).repeat_interleave(4, 2))
    assert kept.report().real_psnr == pytest.approx(report.real_psnr, abs=0.5)
    assert p.report(target, real=target).real_psnr == 100.0
    bare = p.report()
    assert bare.dream_psnr is bare.real_psnr is bare.gap_db is None
    assert p.report(target, program=None).real_psnr is None


def test_a_program_of_ones_own_replays_reports_and_saves(tmp_path):
    own = Flat(0.6)
    strokes = line(0.5, 0.25, (0.0, 0.0, 0.0), x=(-1.0, 2.0))
    p = painting(strokes=strokes, canvas=Canvas(), brushes=(BrushRef("nobody's"),), painters=(Flat(),))
    seen = p.replay(own, height=32)
    assert torch.equal(seen, render(own, strokes, Frame(Canvas(), 32)).mean)
    target = torch.ones(3, 32, 32)
    target[:, 8:24] = 0
    report = p.report(target, program=own)
    assert report.program == "flat" and report.real_psnr == pytest.approx(-10 * math.log10(0.4**2 / 2), abs=1e-3)
    p.save(tmp_path / "a.png", program=own)
    assert torch.allclose(load_image(tmp_path / "a.png")[:3], seen[:3], atol=1 / 255)


def test_a_painting_of_strokes_written_by_hand(tmp_path):
    p = Painting.of(line(0.5, 0.25, (0.0, 0.0, 0.0)), "round", height=48, seed=3)
    assert (p.canvas, p.program_height, p.seed, p.brushes[0].name) == (Canvas(), 48, 3, "round")
    assert p.render().shape == (4, 48, 48) and p.brushes[0].painter is None
    assert torch.equal(Painting.from_json(p.to_json()).render(), p.render())
    path = tmp_path / "mine.safetensors"
    p._painter(0).save(path)
    assert Painting.of(p.strokes, path, Canvas(2.0)).brushes[0].painter == str(path)
    with pytest.raises(BrushError, match="expected"):
        Painting.of(p.strokes, "broom")


def test_report_prints_and_is_json():
    report = Report(500, 290, 12.345, 26.123, 25.5, 0.623, "mypaint", 7, {"pixel": 0.0012345})
    text = str(report)
    assert "dream PSNR    26.12 dB" in text and "transfer gap  0.62 dB" in text and "seconds       12.3" in text
    assert "pixel         0.001234" in text or "pixel         0.001235" in text
    assert json.loads(json.dumps(report.as_dict()))["gap_db"] == 0.623
    assert "PSNR" not in str(Report(1, None, None, None, None, None, "dabs", 0))


def test_save_by_suffix(real, tmp_path):
    p = painting(target=torch.rand(3, 32, 48))
    for name in ("a.wmp.json", "A.PNG", "a.svg", "a.mp4", "a.gif", "a.json"):
        p.save(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 6
    with Image.open(tmp_path / "A.PNG") as picture:
        assert picture.size == (48, 32) and picture.mode == "RGB"
    p.save(tmp_path / "A.PNG", height=64)
    with Image.open(tmp_path / "A.PNG") as picture:
        assert picture.size == (96, 64)
        got = np.asarray(picture).astype(float) / 255
    np.testing.assert_allclose(got, p.render(64)[:3].permute(1, 2, 0), atol=0.51 / 255)
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["gap_db"] == 0 and report["program"] == "flat"
    # Sharp enough for the thinnest bar to cover pixels when its opacity is measured.
    painting(program_height=256).save(tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text()
    assert svg.count("<path") == 20 and "&lt;cat&gt;.jpg" in svg
    # Bars of alpha 0.9 and 0.4 by turns: the measured opacities.
    assert svg.count('stroke-opacity="0.9"') == 10 and svg.count('stroke-opacity="0.4"') == 10


def test_save_as_pdf(real, tmp_path):
    needs.cairosvg()
    painting().save(tmp_path / "a.pdf", measured=False)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_a_transparent_ground_stays_transparent(real, tmp_path):
    p = painting(canvas=Canvas(background=None), strokes=line(0.5, 0.25, (1.0, 0.0, 0.0)))
    p.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        pixels = np.asarray(picture)
    assert pixels[16, 16].tolist() == [255, 0, 0, 230] and pixels[0, 0].tolist() == [0, 0, 0, 0]


def test_bad_files_and_options(real, tmp_path):
    p = painting()
    for name in ("a.bmp", "a", ".png", "png"):
        with pytest.raises(InputError, match=r"\.wmp\.json, \.json, \.png, .*\.svg, .*\.mp4, \.gif"):
            p.save(tmp_path / name)
    with pytest.raises(InputError, match=r"options for \.png out of height, .*, got 'fps'"):
        p.save(tmp_path / "a.png", fps=3)
    with pytest.raises(FileError):
        p.save(tmp_path / "no" / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_brush_that_has_changed_since_is_noticed(monkeypatch):
    from wmpaint import programs

    monkeypatch.setattr(programs, "load_program", lambda *a, **k: Flat(brush_hash="cc"), raising=False)
    p = painting(brushes=(BrushRef("charcoal", "aa"),), strokes=many(2))
    with pytest.warns(UserWarning, match="'charcoal' is not the one"):
        p.replay("mypaint")


def test_a_missing_program_says_so(monkeypatch):
    from wmpaint import programs

    def missing(*args, **options):
        raise MissingProgram("expected libmypaint, got none")

    monkeypatch.setattr(programs, "load_program", missing, raising=False)
    monkeypatch.setattr(programs, "program", lambda *a, **k: Flat(), raising=False)
    p = painting(brushes=(BrushRef("charcoal"),), strokes=many(2))
    with pytest.raises(MissingProgram):
        p.replay("mypaint")
    assert p.replay("auto").shape == (4, 32, 48)


def test_notebooks_show_it(real):
    p = painting()
    with Image.open(io.BytesIO(p._repr_png_())) as picture:
        assert picture.size == (48, 32)
    page = p._repr_html_()
    assert 'src="data:image/png;base64,' in page and "&lt;cat&gt;.jpg, 20 strokes" in page and "<cat>" not in page


def test_strokes_that_leave_no_paint_are_told_of() -> None:
    points = torch.rand(20, 1, 2, generator=torch.Generator().manual_seed(0)).expand(20, 3, 2).clone()
    dots = Strokes(points, torch.full((20,), 0.01), torch.ones(20, 2), torch.zeros(20, 3))
    with pytest.warns(UserWarning, match="^20 of 20 strokes leave hardly any paint with the brush 'pencil'"):
        Painting.of(dots, "pencil", height=128)
    points[:, 2, 0] += 0.1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Painting.of(dots.replace(points=points), "pencil", height=128)
    assert len(Painting.of(Strokes.empty(), "pencil").strokes) == 0
