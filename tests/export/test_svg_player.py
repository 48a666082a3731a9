from __future__ import annotations

import base64
import hashlib
import html
import json
import re

import browser
import pytest
import torch
from flat import Flat, line, many

from wmpaint.canvas import Canvas
from wmpaint.export.svg import html_text, write_html
from wmpaint.strokes import Strokes

TITLE = 'a </title><script>alert("x")</script> & {{style}} \x00é'
BROWSERS = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/2001/xml-events"}


def strokes():
    """Three bars beneath each other, and a lifted one among them."""
    colors = ((1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    bars = Strokes.cat([line(0.2 + 0.2 * k, 0.08, color) for k, color in enumerate(colors)])
    return bars.replace(lifted=torch.tensor([False, True, False, False]), pressure=torch.tensor([[0.25, 0.75]] * 4))


def page(folder, batch=None, **options):
    path = folder / "player.html"
    options = {"style": "lines", "title": TITLE, "metadata": {"brushes": [{"name": "</pre>"}], "seed": 7}} | options
    write_html(path, strokes() if batch is None else batch, Canvas(), **options)
    return path


@pytest.mark.parametrize("style", ["lines", "outline", "brush"])
def test_it_asks_for_nothing_and_escapes_everything(style, tmp_path):
    text = page(tmp_path, style=style, medium=Flat(0.5), painting='{"x": "</script>"}').read_text("utf-8")
    assert set(re.findall(r"https?://[^\"'\s)]*", text)) <= BROWSERS
    assert not re.search(r"<[^>]*\b(?:src|srcset|href|action|formaction|data|poster)=|@import|url\(", text)
    assert "alert(" in text and "<script>alert" not in text and '</pre>"' not in text
    assert text.count("<script") == text.count("</script>") == 3
    assert "{{style}}" in text and "\x00" not in text  # the title's own words, not a slot
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    assert [s["n"] for s in data["strokes"]] == [0, 2, 3]
    assert data["strokes"][1] == {
        "n": 2, "t": data["strokes"][1]["t"], "color": "#00ff00", "curve": [100, 600, 500, 600, 900, 600],
        "radius": 0.08, "pressure": [0.25, 0.75], "brush": "</pre>",
    }  # fmt: skip


def test_the_policy_names_what_may_run(tmp_path):
    text = page(tmp_path).read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for tag, kind in (("style", "style-src"), ("script", "script-src")):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    # With the policy in place the script runs, and nothing in the page needs more.
    assert not re.search(r"<[^>]+ (?:style|on\w+)=", text)
    dumped = browser.dom(tmp_path / "player.html", tmp_path, fragment="#at=1")
    assert browser.text_of(dumped, "shown") == "1"


@pytest.mark.parametrize(("fragment", "seen"), [("#at=0", ""), ("#at=2", "rg"), ("", "rgb")])
def test_scrubbing_shows_so_many_strokes(fragment, seen, tmp_path):
    picture = browser.shot(page(tmp_path).as_uri() + fragment, 500, 600, tmp_path)
    here = ""
    for k, name in enumerate("rgb"):
        others = [c for c in range(3) if c != k]
        if ((picture[..., k] > 200) & (picture[..., others].max(-1) < 60)).sum() > 500:
            here += name
    assert here == seen


# Each line does something, and says what the page then shows.
STEPS = """
const said = [];
const byId = (id) => document.getElementById(id);
const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
const say = (id) => said.push(byId(id).textContent);
const click = (y) => {
  const b = byId("picture").getBoundingClientRect();
  const place = {clientX: b.left + b.width / 2, clientY: b.top + b.height * y, bubbles: true};
  byId("picture").dispatchEvent(new MouseEvent("click", place));
};
say("shown"); say("play");
key("ArrowLeft"); say("shown");
key("Home"); key("ArrowRight"); say("shown");
key("End"); say("shown");
byId("back").click(); say("shown");
byId("on").click(); say("shown");
key(" "); say("play"); key(" "); say("play");
byId("scrubber").value = "1"; byId("scrubber").dispatchEvent(new Event("input")); say("shown");
said.push(byId("scrubber").getAttribute("aria-valuetext"));
key("End");
key("["); say("picked-title");
key("]"); key("]"); say("picked-title");
key("Escape"); say("picked-title"); said.push(String(document.querySelectorAll("#mark").length));
click(0.6); say("picked-title"); said.push(Array.from(document.querySelectorAll("#facts dd"), (e) => e.textContent));
said.push(String(document.querySelectorAll("#mark").length), byId("strokes").getAttribute("class"));
click(0.6); say("picked-title");
click(0.05); say("picked-title");
key("Home"); key("]"); say("picked-title"); say("shown");
const out = document.createElement("pre"); out.id = "said"; out.textContent = JSON.stringify(said);
document.body.appendChild(out);
"""


def test_keys_buttons_and_clicks(tmp_path):
    # Two more on the green bar: the click finds the topmost first, and walks down when repeated.
    above = line(0.6, 0.02, (1.0, 1.0, 0.0)).replace(lifted=torch.tensor([False]))
    dumped = browser.dom(page(tmp_path, Strokes.cat([strokes(), above])), tmp_path, STEPS)
    said = iter(json.loads(browser.text_of(dumped, "said")))

    def expect(*values):
        assert [next(said) for _ in values] == list(values)

    expect("4", "Play", "3", "1", "4", "3", "4")
    expect("Pause", "Play")
    expect("1", "1 of 4 strokes")
    expect("Stroke 4", "Stroke 2", "Stroke", "0")
    expect("Stroke 4")
    # Pressure is the bar's of `line`, 1 to 1.
    expect(["4, counted from 0", "#ffff00", "0.0200 of the height (10.2 pixels of 512)", "1.00 to 1.00", "</pre>"])
    expect("1", "dim", "Stroke 2", "Stroke")
    expect("Stroke 0", "1")
    assert next(said, None) is None


def test_playing_gets_to_the_end(tmp_path):
    path = page(tmp_path, seconds=0.2)
    copy = tmp_path / "copy.html"
    copy.write_text(path.read_text("utf-8"), "utf-8")
    dumped = browser.chromium(tmp_path, "--dump-dom", "--virtual-time-budget=5000", copy.as_uri() + "#play")
    assert browser.text_of(dumped, "shown") == "3" and browser.text_of(dumped, "play") == "Play"


def test_labels_and_a_narrow_window(tmp_path):
    path = page(tmp_path)
    text = path.read_text("utf-8")
    assert '<html lang="en">' in text and 'role="img" aria-label="' in text and 'aria-live="polite"' in text
    # Each control has words: a label of its own, words within, or a label around it.
    for element in re.findall(r"<(?:button|select|input)\b[^>]*>", text):
        words = re.search(rf"{re.escape(element)}[^<]*\w", text)
        around = re.search(rf"<label[^>]*>(?:(?!</label>).)*\w(?:(?!</label>).)*{re.escape(element)}", text, re.S)
        assert 'aria-label="' in element or words or around, element
    frame = tmp_path / "frame.html"
    inner = html.escape(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text))
    report = "document.title = String(f.contentDocument.documentElement.scrollWidth)"
    frame.write_text(
        f'<title>none</title><iframe id="f" width="390" height="800" style="border:0" srcdoc="{inner}"></iframe>'
        f'<script>const f = document.getElementById("f"); f.onload = () => {{ {report} }};</script>',
        "utf-8",
    )
    dumped = browser.chromium(tmp_path, "--dump-dom", "--virtual-time-budget=2000", frame.as_uri())
    assert int(re.search(r"<title>(\d+)</title>", dumped)[1]) <= 390


def test_a_page_without_strokes(tmp_path):
    dumped = browser.dom(page(tmp_path, Strokes.empty()), tmp_path)
    assert browser.text_of(dumped, "shown") == "0" and re.search(r'<button[^>]*id="play"[^>]*disabled', dumped)
    assert "<script>alert" not in html_text(many(2), Canvas(), style="lines", title=TITLE)
