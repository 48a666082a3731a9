from __future__ import annotations

import json
from dataclasses import replace

import pytest
from plots import planned

from wmpaint.errors import FileError, InputError
from wmpaint.export.plotter.files import JOB_WRITERS
from wmpaint.export.plotter.plot import PlotLayer
from wmpaint.pens import Pen

BEGINS = {".svg": b"<?xml", ".hpgl": b"IN;", ".plt": b"IN;", ".gcode": b"(wmpaint", ".nc": b"(wmpaint",
          ".png": b"\x89PNG", ".json": b"{"}  # fmt: skip


@pytest.mark.parametrize("suffix", JOB_WRITERS)
def test_each_suffix_is_written(tmp_path, suffix):
    job = planned(6, page="a4", margin="20mm")
    path = tmp_path / f"My cat{suffix.upper()}"
    assert job.save(path) == [path] and path.read_bytes().startswith(BEGINS[suffix])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with pytest.raises(InputError, match=r"expected options for .* got 'colour'"):
        job.save(path, colour=1)


def test_options_reach_the_writers(tmp_path):
    job = planned(6, page="a4", margin="20mm")
    job.save(tmp_path / "a.nc", machine="laser")
    assert "M4 S300" in (tmp_path / "a.nc").read_text()
    job.save(tmp_path / "a.hpgl", velocity=9)
    assert "VS9;" in (tmp_path / "a.hpgl").read_text()
    job.save(tmp_path / "a.svg", title="mine")
    assert "<title>mine</title>" in (tmp_path / "a.svg").read_text()
    job.save(tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == job.as_dict()


@pytest.mark.parametrize("suffix", [".svg", ".gcode", ".png"])
def test_one_file_a_pen(tmp_path, suffix):
    job = planned(12)
    files = job.save(tmp_path / f"cat{suffix}", split=True)
    assert [path.name for path in files] == [
        f"cat-{k}-{layer.pen.name}{suffix}" for k, layer in enumerate(job.layers, 1)
    ]
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_names_of_pens_are_made_fit_for_files(tmp_path):
    job = planned(3, pens="black")
    names = ["../../etc/passwd", "a" * 300, "/", "猫 #1"]
    job = replace(
        job, layers=tuple(PlotLayer(Pen(name, (0, 0, 0)), job.layers[0].paths) for name in names), before=job.before * 4
    )
    files = job.save(tmp_path / "x.gcode", split=True)
    assert [path.name for path in files] == [
        "x-1-etc-passwd.gcode", f"x-2-{'a' * 40}.gcode", "x-3-pen.gcode", "x-4-猫-1.gcode",
    ]  # fmt: skip
    assert all(path.parent == tmp_path for path in files)


def test_what_cannot_be_written_says_so(tmp_path):
    job = planned(3)
    for name in ("cat.dxf", "cat", ".svg"):
        with pytest.raises(InputError, match=r"a plot named \.svg, .hpgl"):
            job.save(tmp_path / name)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "missing" / "a.svg", tmp_path / "file" / "a.gcode", tmp_path / "missing" / "a.png"):
        with pytest.raises(FileError, match="could not write"):
            job.save(path)
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(FileError):
        job.save(tmp_path / "a.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.svg", "file"]
