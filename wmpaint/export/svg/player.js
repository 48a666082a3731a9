
"use strict";
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const strokes = data.strokes;
  const picture = byId("picture");
  const group = byId("strokes");
  const shapes = strokes.map((stroke) => byId("s" + stroke.n));
  const scrubber = byId("scrubber");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = strokes.length;
  let picked = -1;
  let playing = false;
  let time = data.seconds; // seconds into the painting
  let last = 0; // when the frame before was drawn

  group.style.setProperty("--each", data.each + "s");

  function show(count, moving) {
    count = Math.min(Math.max(count, 0), strokes.length);
    for (let k = shown; k < count; k++) {
      shapes[k].classList.toggle("new", Boolean(moving));
      shapes[k].removeAttribute("display");
    }
    for (let k = count; k < shown; k++) {
      shapes[k].setAttribute("display", "none");
    }
    shown = count;
    scrubber.value = String(count);
    scrubber.setAttribute("aria-valuetext", count + " of " + strokes.length + " strokes");
    byId("shown").textContent = String(count);
    byId("back").disabled = count === 0;
    byId("on").disabled = count === strokes.length;
    if (picked >= count) {
      pick(-1); // what is not there cannot be looked at
    }
  }

  function seek(count) {
    pause();
    show(count, false);
    time = shown < strokes.length ? strokes[shown].t : data.seconds;
  }

  function play() {
    if (!strokes.length) {
      return;
    }
    if (shown === strokes.length) {
      show(0, false);
      time = 0;
    }
    playing = true;
    last = performance.now();
    byId("play").textContent = "Pause";
    requestAnimationFrame(frame);
  }

  function pause() {
    playing = false;
    byId("play").textContent = "Play";
  }

  function frame(now) {
    if (!playing) {
      return;
    }
    // A page that slept does not jump.
    time += Math.min(Math.max(now - last, 0), 250) / 1000 * Number(byId("speed").value);
    last = now;
    let count = shown;
    while (count < strokes.length && strokes[count].t <= time) {
      count++;
    }
    show(count, !still.matches);
    if (count === strokes.length) {
      pause();
    } else {
      requestAnimationFrame(frame);
    }
  }

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const key of Object.keys(attributes)) {
      made.setAttribute(key, attributes[key]);
    }
    parent.appendChild(made);
    return made;
  }

  function pick(index) {
    for (const id of ["lifted", "mark"]) {
      if (byId(id)) {
        byId(id).remove();
      }
    }
    picked = index;
    const none = index < 0;
    group.classList.toggle("dim", !none);
    byId("facts").hidden = byId("clear").hidden = none;
    byId("hint").hidden = !none;
    byId("picked-title").textContent = none ? "Stroke" : "Stroke " + strokes[index].n;
    if (none) {
      return;
    }
    const stroke = strokes[index];
    const lifted = element("g", { id: "lifted" }, picture);
    for (const name of ["fill", "stroke-linecap", "stroke-linejoin"]) {
      if (group.hasAttribute(name)) {
        lifted.setAttribute(name, group.getAttribute(name));
      }
    }
    const copy = shapes[index].cloneNode(true);
    copy.removeAttribute("id");
    copy.removeAttribute("display");
    copy.classList.remove("new");
    lifted.appendChild(copy);
    const c = stroke.curve;
    const mark = element("g", { id: "mark" }, picture);
    const d = "M" + c[0] + " " + c[1] + "Q" + c[2] + " " + c[3] + " " + c[4] + " " + c[5];
    element("path", { class: "center", d: d }, mark);
    // A frame around the stroke, so that a small one is found too.
    const box = copy.getBBox();
    const pad = 15 + stroke.radius * 1000;
    const frame = { x: box.x - pad, y: box.y - pad, width: box.width + 2 * pad, height: box.height + 2 * pad, rx: 15 };
    element("rect", Object.assign({ class: "under" }, frame), mark);
    element("rect", Object.assign({ class: "over" }, frame), mark);
    facts(stroke);
  }

  function facts(stroke) {
    const list = byId("facts");
    list.textContent = "";
    const pixels = (stroke.radius * data.height).toFixed(1);
    const rows = [
      ["Number", stroke.n + ", counted from 0"],
      ["Color", stroke.color],
      ["Radius", stroke.radius.toFixed(4) + " of the height (" + pixels + " pixels of " + data.height + ")"],
      ["Pressure", stroke.pressure[0].toFixed(2) + " to " + stroke.pressure[1].toFixed(2)],
    ];
    if (stroke.brush) {
      rows.push(["Brush", stroke.brush]);
    }
    for (const row of rows) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = row[0];
      if (row[0] === "Color") {
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.style.background = stroke.color;
        value.appendChild(swatch);
      }
      value.appendChild(document.createTextNode(row[1]));
      list.append(term, value);
    }
  }

  function step(by) {
    if (!strokes.length) {
      return;
    }
    const from = picked < 0 ? (by > 0 ? -1 : strokes.length) : picked;
    const to = (from + by + strokes.length) % strokes.length;
    if (to >= shown) {
      seek(to + 1);
    }
    pick(to);
  }

  picture.addEventListener("click", function (event) {
    // All strokes beneath the pointer, the topmost first; clicking again walks down.
    const here = [];
    for (const found of document.elementsFromPoint(event.clientX, event.clientY)) {
      const top = found.closest("#strokes > *");
      const index = top ? shapes.indexOf(top) : -1;
      if (index >= 0 && !here.includes(index)) {
        here.push(index);
      }
    }
    const at = here.indexOf(picked);
    pick(here.length ? here[(at + 1) % here.length] : -1);
  });
  byId("play").addEventListener("click", () => (playing ? pause() : play()));
  byId("back").addEventListener("click", () => seek(shown - 1));
  byId("on").addEventListener("click", () => seek(shown + 1));
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("clear").addEventListener("click", () => pick(-1));
  scrubber.addEventListener("input", () => seek(Number(scrubber.value)));
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", function (event) {
    const field = event.target.closest("input, select, summary, pre");
    const button = event.target.closest("button");
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const by = event.shiftKey ? 10 : 1;
    const moves = {
      ArrowLeft: () => seek(shown - by),
      ArrowRight: () => seek(shown + by),
      Home: () => seek(0),
      End: () => seek(strokes.length),
    };
    if (event.key === "Escape") {
      pick(-1);
    } else if (event.key === "[" || event.key === "]") {
      step(event.key === "[" ? -1 : 1);
    } else if (event.key === " " && !button && (!field || field === scrubber)) {
      event.preventDefault();
      playing ? pause() : play();
    } else if (moves[event.key] && !field) {
      event.preventDefault();
      moves[event.key]();
    }
  });

  byId("controls").hidden = byId("picked").hidden = false;
  scrubber.disabled = byId("play").disabled = byId("next").disabled = byId("previous").disabled = !strokes.length;
  show(shown, false);

  // player.html#at=120&pick=7, #play: a place to link to.
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("at")) {
    seek(parseInt(asked.get("at"), 10) || 0);
  }
  if (asked.has("pick")) {
    const number = parseInt(asked.get("pick"), 10);
    pick(strokes.findIndex((stroke) => stroke.n === number));
  }
  if (asked.has("play")) {
    play();
  }
})();
