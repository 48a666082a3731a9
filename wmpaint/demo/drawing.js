// A sheet to draw on. The lines are kept here, each with a number: all of them go to the server as JSON in `value`, and
// `reply` says which of them its picture holds. Those that it does not hold yet are traced above it, and sent until it does.
const frame = element.querySelector(".sheet"), canvas = element.querySelector("canvas"), image = element.querySelector("img");
const pen = canvas.getContext("2d");
const AGAIN = 15000; // milliseconds without a word after which lines are sent once more
let lines = parsed(props.value, []), reply = { lines: [], heard: [], picture: "" };
let line = null; // being drawn, by whom: a pointer's number, or "keys"
let holder = null;
let aspect = Number(props.aspect) || 1, color = props.color || "#22374e", radius = Number(props.radius) || 0.02;
let cursor = [0.5, 0.5], next = 1 + Math.max(0, ...lines.map((it) => it.n || 0)), sent = 0;

function parsed(text, otherwise) {
  try { return JSON.parse(text) || otherwise; } catch { return otherwise; }
}
const numbers = () => lines.map((it) => it.n);
const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);
const round = (value) => Math.round(value * 1e4) / 1e4;
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height];
};
function hex(value) { // "#rrggbb", or "rgba(r, g, b, a)" as color pickers give it
  const parts = String(value).startsWith("rgb") ? String(value).match(/[\d.]+/g) : null;
  if (parts) return "#" + parts.slice(0, 3).map((it) => Math.round(Math.min(it, 255)).toString(16).padStart(2, "0")).join("");
  return /^#[0-9a-f]{6}$/i.test(value) ? value : color;
}

// What is seen
function fit() {
  frame.style.aspectRatio = String(aspect);
  frame.style.maxWidth = `${Math.min(100, 100 * aspect)}%`;
  const box = canvas.getBoundingClientRect(), scale = window.devicePixelRatio || 1;
  if (!box.width) return;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  trace();
}
function stroke(it) {
  const size = canvas.height;
  pen.strokeStyle = pen.fillStyle = it.color;
  pen.globalAlpha = 0.65;
  pen.lineCap = pen.lineJoin = "round";
  pen.lineWidth = Math.max(1, 2 * it.radius * size);
  pen.beginPath();
  it.points.forEach(([x, y], k) => (k ? pen.lineTo(x * size, y * size) : pen.moveTo(x * size, y * size)));
  if (it.points.length === 1) pen.lineTo(it.points[0][0] * size + 0.1, it.points[0][1] * size);
  pen.stroke();
  pen.globalAlpha = 1;
}
function trace() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const painted = new Set(reply.lines);
  lines.filter((it) => !painted.has(it.n)).forEach(stroke);
  if (line) stroke(line);
  if (document.activeElement === canvas && canvas.dataset.keys) {
    pen.strokeStyle = holder === "keys" ? "#c0392b" : "#4a6c94";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(cursor[0] * canvas.height, cursor[1] * canvas.height, Math.max(5, radius * canvas.height), 0, 7);
    pen.stroke();
  }
}
function show() {
  const picture = lines.length ? reply.picture : "";
  if (picture) image.src = picture;
  else image.removeAttribute("src");
  image.style.visibility = picture ? "visible" : "hidden";
  trace();
}

// What is told to the server
function send() {
  sent = Date.now();
  props.value = JSON.stringify(lines);
  trigger("input"); // where one is on its way, the page sends the latest after it
  show();
}
watch("reply", () => {
  const told = parsed(props.reply, {});
  reply = { lines: told.lines || reply.lines, heard: told.heard || [], picture: told.picture ?? reply.picture };
  show();
});
const timer = setInterval(() => {
  if (!canvas.isConnected) clearInterval(timer);
  else if (!same(reply.heard, numbers()) && Date.now() - sent > AGAIN) send();
}, 2000);

// A line
function begin(by, x, y, pressure) {
  holder = by;
  line = { n: next++, points: [[round(x), round(y), round(pressure)]], color, radius };
  trace();
}
function go(x, y, pressure) {
  line.points.push([round(x), round(y), round(pressure)]);
  trace();
}
function end() {
  if (!line) return;
  lines.push(line);
  line = holder = null;
  send();
}
// A mouse has no pressure: a stroke begins and ends lightly, as a hand does.
const firm = (event) => (event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.75);
canvas.addEventListener("pointerdown", (event) => {
  if (event.button || (line && holder !== "keys")) return; // a second finger draws nothing
  event.preventDefault();
  end();
  try { canvas.setPointerCapture(event.pointerId); } catch { /* it has left already */ }
  canvas.focus({ preventScroll: true });
  begin(event.pointerId, ...place(event), firm(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (!line || event.pointerId !== holder) return;
  if (event.pointerType === "mouse" && !(event.buttons & 1)) return end(); // lifted where nobody saw it
  const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
  for (const each of all.length ? all : [event]) go(...place(each), firm(each));
});
for (const name of ["pointerup", "pointercancel", "lostpointercapture"])
  canvas.addEventListener(name, (event) => { if (event.pointerId === holder) end(); });

canvas.addEventListener("keydown", (event) => {
  const step = event.shiftKey ? 0.05 : 0.015;
  const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (!way && event.key !== " ") return;
  event.preventDefault();
  canvas.dataset.keys = "1";
  if (way) {
    cursor = [Math.min(Math.max(cursor[0] + way[0], 0), aspect), Math.min(Math.max(cursor[1] + way[1], 0), 1)];
    if (holder === "keys") go(...cursor, 0.75);
  } else if (holder === "keys") end();
  else if (!line) begin("keys", ...cursor, 0.75);
  trace();
});
canvas.addEventListener("blur", () => { if (holder === "keys") end(); trace(); });

// The tools beside it, which nobody has to ask the server for
const tools = {
  color: (value) => { color = hex(value); },
  radius: (value) => { radius = Number(value) / 1000 || radius; },
  aspect: (value) => { aspect = Number(value) || aspect; fit(); if (lines.length) send(); },
  again: () => { if (lines.length) send(); },
  undo: () => { if (lines.length) { lines.pop(); send(); } },
  clear: () => { line = holder = null; lines = []; send(); },
};
canvas.addEventListener("tool", (event) => { tools[event.detail[0]]?.(event.detail[1]); trace(); });

watch("aspect", () => { aspect = Number(props.aspect) || aspect; fit(); });
new ResizeObserver(fit).observe(canvas);
reply = { ...reply, ...parsed(props.reply, {}) };
fit();
show();
canvas.dataset.ready = "1";
