from __future__ import annotations

import io
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace

import needs
import numpy as np
import pytest
import shapely
import vpype as vp
from plots import planned

from wmpaint.errors import FileError
from wmpaint.export.plotter import Job
from wmpaint.export.plotter.files import plot_svg_text
from wmpaint.export.plotter.order import PX
from wmpaint.export.plotter.plot import Effort, PlotLayer
from wmpaint.export.plotter.preview import preview
from wmpaint.export.svg import painting_text
from wmpaint.pens import Pen

SVG, INK = "{http://www.w3.org/2000/svg}", "{http://www.inkscape.org/namespaces/inkscape}"


def renamed(job: Job, *pens: Pen) -> Job:
    """The first layers of a job, with other pens."""
    layers = tuple(PlotLayer(pen, layer.paths) for pen, layer in zip(pens, job.layers, strict=False))
    return replace(job, layers=layers, before=job.before[: len(layers)])


def layers(text: str) -> list[ET.Element]:
    return ET.fromstring(text.encode()).findall(f"{SVG}g")  # of the top level only


def test_a_page_in_millimetres_with_a_top_level_layer_a_pen():
    job = planned()
    text = plot_svg_text(job)
    root = ET.fromstring(text.encode())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("148mm", "210mm", "0 0 148 210")
    assert [layer.get(f"{INK}groupmode") for layer in layers(text)] == ["layer"] * len(job.layers)
    for k, (layer, group) in enumerate(zip(job.layers, layers(text), strict=True), 1):
        mark = "!" if k > 1 else ""
        assert group.get(f"{INK}label") == f"{mark}{k} {layer.pen.name}"
        assert float(group.get("stroke-width")) == layer.pen.width and group.get("fill") == "none"
        assert len(group) == len(layer.paths) and all(path.tag == f"{SVG}path" for path in group)


def test_axidraw_s_codes_and_names_that_need_escaping():
    pens = (
        Pen('a <b> & "c" ]]> é 猫', (0, 0, 0)),
        Pen("blue", (0, 0, 1), speed=30, height=60, delay=500),
        Pen("off", (1, 0, 0), plot=False),
    )
    text = plot_svg_text(renamed(planned(), *pens), title="</title><script>alert(1)</script>\x00")
    assert [group.get(f"{INK}label") for group in layers(text)] == [
        "1 a <b> & \"c\" ]]> é 猫", "!2+d500+h60+s30 blue", "%!3 off",
    ]  # fmt: skip
    root = ET.fromstring(text.encode())
    assert root.find(f"{SVG}title").text.startswith("</title><script>") and not list(root.iter(f"{SVG}script"))


def test_vpype_reads_the_same_lines_back():
    job = planned(5, "insets")
    document = vp.read_multilayer_svg(io.StringIO(plot_svg_text(job)), quantization=0.1 * PX)
    assert document.page_size == pytest.approx((148 * PX, 210 * PX))
    assert len(document.layers) == len(job.layers)
    for number, layer in enumerate(job.layers, 1):
        found = document.layers[number]
        assert found.property(vp.METADATA_FIELD_NAME).endswith(layer.pen.name)
        assert found.property(vp.METADATA_FIELD_PEN_WIDTH) == pytest.approx(layer.pen.width * PX)
        read = [np.stack([line.real, line.imag], 1) / PX for line in found]
        assert len(read) == len(layer.paths)
        for line, path in zip(read, layer.paths, strict=True):
            for some, all_of_it in ((line[::25], path), (path, line)):
                assert shapely.distance(shapely.points(some), shapely.LineString(all_of_it)).max() < 0.06
        left, top, right, bottom = (side / PX for side in found.bounds())
        box, half = job.placement.box, layer.pen.width / 2
        assert left - half > box[0] - 0.02 and right + half < box[2] + 0.02
        assert top - half > box[1] - 0.02 and bottom + half < box[3] + 0.02


def test_curves_are_curves():
    text = plot_svg_text(planned(fill="center"))
    paths = [path.get("d") for group in layers(text) for path in group]
    assert all(re.fullmatch(r"M[-\d. ]+([LC][-\d. ]+)+Z?", d) for d in paths)
    # A stroke is a parabola: a few cubic curves, and far fewer than a line's points.
    points = sum(len(path) for layer in planned(fill="center").layers for path in layer.paths)
    assert sum(d.count("C") for d in paths) > len(paths) / 2 and sum(map(len, paths)) < 30 * points


def test_metadata_hold_plan_and_painting():
    job = replace(planned(), painting='{"format": "wmpaint painting", "strokes": [1, 2]}')

    def told(text: str):
        return json.loads(ET.fromstring(text.encode()).find(f"{SVG}metadata")[0].text)

    plot = told(plot_svg_text(job))["plot"]
    assert plot["seed"] == 0 and plot["fill"] == "offsets" and plot["lifts"] == job.total.lifts
    assert plot["order"]["flip"] is True and plot["speeds"]["down"] == 50 and plot["margin_mm"] == 10
    assert [pen["name"] for pen in plot["pens"]] == [layer.pen.name for layer in job.layers]
    assert painting_text(plot_svg_text(job).encode(), "a.svg", limit=1000) == job.painting.encode()
    with pytest.raises(FileError, match=r"a\.svg"):
        painting_text(plot_svg_text(job, embed=False).encode(), "a.svg", limit=1000)


def test_cairo_draws_what_the_preview_shows():
    from PIL import Image

    job = planned()
    shown = preview(job, 100).permute(1, 2, 0).numpy()
    height, width = shown.shape[:2]
    png = needs.cairosvg().svg2png(
        plot_svg_text(job).encode(), output_width=width, output_height=height, background_color="white"
    )
    drawn = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) / 255
    # Cairo does not multiply inks: compare where there is paper and where there is ink.
    inked, paper = shown.min(2) < 0.6, shown.min(2) > 0.999
    assert inked.mean() > 0.1 and paper.mean() > 0.3
    assert (drawn.min(2)[inked] < 0.8).mean() > 0.99 and (drawn.min(2)[paper] > 0.9).mean() > 0.999
    one = renamed(job, Pen("black", (0, 0, 0)))  # of one pen, every pixel
    shown = preview(one, 100).permute(1, 2, 0).numpy()
    png = needs.cairosvg().svg2png(
        plot_svg_text(one).encode(), output_width=width, output_height=height, background_color="white"
    )
    drawn = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) / 255
    assert np.abs(drawn - shown).mean() < 0.01 and np.corrcoef(drawn.ravel(), shown.ravel())[0, 1] > 0.99


def test_inkscape_sees_layers_and_draws_them(tmp_path):
    from PIL import Image

    inkscape = needs.program("inkscape")
    job = planned()
    (tmp_path / "a.svg").write_text(plot_svg_text(job), "utf-8")
    command = [inkscape, "--export-type=png", "--export-dpi=100", "--export-background=white",
               "--export-area-page", f"--export-filename={tmp_path / 'a.png'}", str(tmp_path / "a.svg")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    drawn = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")) / 255
    shown = preview(job, 100).permute(1, 2, 0).numpy()
    assert max(abs(a - b) for a, b in zip(drawn.shape, shown.shape, strict=True)) <= 1
    height, width = (min(a, b) for a, b in zip(drawn.shape[:2], shown.shape[:2], strict=True))
    drawn, shown = drawn[:height, :width], shown[:height, :width]
    assert np.abs(drawn - shown).mean() < 0.02 and np.corrcoef(drawn.ravel(), shown.ravel())[0, 1] > 0.98
    # Layers are objects of their own, on the page.
    listed = subprocess.run(
        [inkscape, "--query-all", str(tmp_path / "a.svg")], check=True, capture_output=True, timeout=300
    )
    rows = {line.split(",")[0]: [float(x) for x in line.split(",")[1:]] for line in listed.stdout.decode().split()}
    for k in range(1, len(job.layers) + 1):
        x, y, w, h = (value / PX for value in rows[f"pen{k}"])
        assert x >= 10 - 0.1 and y >= 10 - 0.1 and x + w <= 138.1 and y + h <= 200.1


def test_an_empty_title_and_long_numbers():
    job = planned()
    wide = replace(job, placement=replace(job.placement, page=(1234.5678, 9999.0)))
    root = ET.fromstring(plot_svg_text(wide).encode())
    size = root.get("width").removesuffix("mm"), root.get("height").removesuffix("mm")
    assert root.get("viewBox").split()[2:] == list(size)
    one = PlotLayer(Pen("a", (0, 0, 0)), (np.array([[1.0, 1.0], [2.0, 2.0]]),))
    bare = Job((one,), job.placement, job.paper, (Effort.of(one.paths, job.speeds),))
    assert '"M1 1L2 2"' in plot_svg_text(bare)
