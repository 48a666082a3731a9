"""The page's functions by name, through `gradio_client`; and many visitors at once."""

from __future__ import annotations

import json
import signal
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import pytest

needs.package("gradio")

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from served import Served

from wmpaint import load, sample_photo
from wmpaint.demo import Limits, build
from wmpaint.demo.examples import MANNERS

SMALL = {"strokes": 15, "height": 64, "brush": "round"}
SHORT = {**SMALL, "seconds": 0.2}


@pytest.fixture(scope="module")
def client(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Client(served.url, verbose=False, download_files=str(tmp_path_factory.mktemp("got")))
    yield made
    made.close()


def photo() -> Any:
    return handle_file(str(sample_photo()))


def test_only_functions_with_names_are_offered(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)
    assert isinstance(named, dict)
    assert set(named["named_endpoints"]) == {"/paint", "/style", "/dream", "/export", "/brushes"}
    assert named["unnamed_endpoints"] == {}
    known = {
        each["parameter_name"]: each.get("parameter_default")
        for each in named["named_endpoints"]["/paint"]["parameters"]
    }
    assert known["brush"] == "acrylic" and known["strokes"] == 500 and "request" not in known


def test_paint_tells_how_far_it_is_and_gives_a_painting(client: Client) -> None:
    job = client.submit(photo=photo(), seed=5, api_name="/paint", **SMALL)
    painting, picture, report = job.result(timeout=120)
    told = [out[2]["progress"] for out in job.outputs()]
    assert told == sorted(told) and told[-1] == 1 and len(told) > 3
    work = load(painting)
    assert len(work.strokes) == 15 and work.seed == 5
    assert Image.open(picture).size == (85, 64)
    assert report["strokes"] == 15 and report["command"].startswith(
        "wmpaint paint sample --objective photo --brush round"
    )
    assert "/" not in work.parameters["brush"]
    again = client.predict(photo=photo(), seed=5, api_name="/paint", **SMALL)
    assert Path(again[0]).read_text().split('"seconds"')[0] == Path(painting).read_text().split('"seconds"')[0]


def test_oil_is_painted_brought_back_and_listed(client: Client) -> None:
    wanted = {**SMALL, "brush": "oil", "objective": "painterly", "wildness": 0.8}
    painting, picture, report = client.predict(photo=photo(), api_name="/paint", **wanted)
    assert "--brush oil/flat" in report["command"]
    work = load(painting)
    assert "--objective painterly --detail 0.5 --wildness 0.8 --thickness 0.5" in report["command"]
    assert work.brushes[0].name == "oil/flat" and work.has_relief and work.parameters["brush"] == "oil/flat"
    assert Image.open(picture).size[1] == 64
    png = client.predict(painting=handle_file(painting), kind=".png", api_name="/export")
    assert Path(png).stat().st_size > 500
    names = str(client.predict(api_name="/brushes"))
    assert all(f"oil/{name}" in names for name in ("flat", "filbert", "round", "fan", "knife", "dry"))
    assert "'name': 'mypaint/oil'" in names and "'name': 'oil'" not in names


def test_style_and_dream(client: Client) -> None:
    small = {"strokes": 10, "height": 64, "brush": "round", "seconds": 4}
    for job in (
        client.submit(photo=photo(), style=handle_file(MANNERS[0]), api_name="/style", **small),
        client.submit(thing="daisy", api_name="/dream", **small),
    ):
        painting, _, report = job.result(timeout=200)
        assert len(load(painting).strokes) == 10 and report["progress"] == 1


def test_export(client: Client) -> None:
    painting = client.predict(photo=photo(), api_name="/paint", **SHORT)[0]
    made = {
        kind: Path(client.predict(painting=handle_file(painting), kind=kind, height=100, api_name="/export"))
        for kind in (".png", ".svg", ".mp4", ".wmp.json", ".ora")
    }
    assert Image.open(made[".png"]).size == (133, 100)
    assert ElementTree.parse(made[".svg"]).getroot().tag.endswith("svg")
    assert json.loads(made[".wmp.json"].read_text())["format"].startswith("wmpaint")
    assert made[".mp4"].read_bytes()[4:8] == b"ftyp" and made[".ora"].read_bytes()[:2] == b"PK"


def test_brushes(client: Client) -> None:
    found = client.predict(api_name="/brushes")
    assert {"acrylic", "charcoal"} <= {row["name"] for row in found if row["painter"]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"strokes": -5}, "strokes of 1 to 300, got -5"), ({"strokes": 100_000}, "strokes of 1 to 300"),
        ({"height": 1_000_000}, "a height of 64 to 256"), ({"brush": "../../etc/passwd"}, "a brush out of"),
        ({"pens": "/etc/hosts"}, "colors out of"), ({"objective": "nonsense"}, "an objective out of"),
        ({"seed": -1}, "a seed"), ({"photo": "text"}, "a picture file"), ({"strokes": None}, "300, got none"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_and_the_page_goes_on(
    client: Client, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    if options.get("photo") == "text":
        (tmp_path / "cat.jpg").write_text("no picture")
        options = {"photo": handle_file(str(tmp_path / "cat.jpg"))}
    with pytest.raises(AppError, match=words) as caught:
        client.predict(**{"photo": photo(), **SHORT, **options}, api_name="/paint")
    assert "Traceback" not in str(caught.value) and "/tmp" not in str(caught.value)
    assert client.predict(photo=photo(), api_name="/paint", **SHORT)[2]["strokes"] == 15


def test_files_of_the_server_cannot_be_had(client: Client, served: Any) -> None:
    import httpx

    for path in ("/etc/passwd", str(Path(__file__).resolve()), "../../etc/passwd"):
        answer = httpx.get(f"{served.url}gradio_api/file={path}", follow_redirects=True)
        assert answer.status_code in (403, 404), path
    for path in ("/etc/passwd", str(Path(__file__).resolve())):
        stolen = {"path": path, "meta": {"_type": "gradio.FileData"}}
        with pytest.raises(Exception, match=r"."):
            client.predict(painting=stolen, kind=".svg", api_name="/export")
        with pytest.raises(Exception, match=r"."):
            client.predict(photo=stolen, api_name="/paint", **SMALL)


def test_addresses_are_not_fetched(client: Client) -> None:
    stolen = {
        "path": "http://127.0.0.1:9/cat.jpg",
        "url": "http://127.0.0.1:9/cat.jpg",
        "meta": {"_type": "gradio.FileData"},
    }
    with pytest.raises(Exception, match=r"address|Error"):
        client.predict(photo=stolen, api_name="/paint", **SMALL)


def test_eight_visitors_at_once_each_get_their_own(served: Any, tmp_path: Path) -> None:
    """None fails, and none sees another's picture: each asks for a photo of one color, and gets that."""
    colors = [(k * 30 + 20, 240 - k * 28, (k * 77) % 250) for k in range(8)]
    found: dict[int, Any] = {}

    def visit(k: int) -> None:
        path = tmp_path / f"color{k}.png"
        Image.new("RGB", (40, 30), colors[k]).save(path)
        client = Client(served.url, verbose=False, download_files=str(tmp_path / f"got{k}"))
        try:
            for _ in range(2):
                _, picture, report = client.predict(
                    photo=handle_file(str(path)), strokes=30, height=64, brush="round", seed=k, api_name="/paint"
                )
                found.setdefault(k, []).append((Image.open(picture).convert("RGB"), report))
        except Exception as error:
            found[k] = error
        finally:
            client.close()

    threads = [threading.Thread(target=visit, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert {k for k, got in found.items() if isinstance(got, list) and len(got) == 2} == set(range(8)), found
    for k, got in found.items():
        for picture, report in got:
            middle = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
            assert max(abs(a - b) for a, b in zip(middle, colors[k], strict=True)) < 30, (k, middle, colors[k])
            assert report["seed"] == k and f"color{k}" in report["command"]


def test_tools_for_language_models_have_the_names_of_the_api() -> None:
    offered = {
        each.api_name: each.fn.__name__ for each in build(Limits()).fns.values() if each.api_visibility == "public"
    }
    assert offered == {name: name for name in ("paint", "style", "dream", "export", "brushes")}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_stopped_while_it_paints_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "tmp").mkdir()
    page = Served(tmp_path, temporary=tmp_path / "tmp")
    client = Client(page.url, verbose=False, download_files=str(tmp_path / "got"))
    job = client.submit(photo=photo(), strokes=200, height=256, api_name="/paint")
    while not job.outputs():
        time.sleep(0.05)
    assert list((tmp_path / "tmp").glob("wmpaint-demo-*")), "where its files lie"
    page.process.send_signal(how)
    assert page.process.wait(20) == 0, "it has done what it was asked to"
    words = page.words()
    assert "Traceback" not in words and "terminate called" not in words, words
    assert not list((tmp_path / "tmp").glob("wmpaint-demo-*"))
    page.said.close()
