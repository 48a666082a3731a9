// A sheet to draw on. Lines go to the server as JSON in `value`; what the painter makes of them comes back in `picture`.
const frame = element.querySelector(".sheet"), canvas = element.querySelector("canvas"), image = element.querySelector("img");
const pen = canvas.getContext("2d");
let lines = [], line = null, cursor = [0.5, 0.5], down = false;

const aspect = () => Number(props.aspect) || 1;
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height];
};
const round = (value) => Math.round(value * 1e4) / 1e4;
function fit() {
  frame.style.aspectRatio = String(aspect());
  frame.style.maxWidth = `${Math.min(100, 100 * aspect())}%`;
  const box = canvas.getBoundingClientRect(), scale = window.devicePixelRatio || 1;
  if (!box.width) return;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  trace();
}
function trace() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const size = canvas.height;
  if (line) {
    pen.strokeStyle = pen.fillStyle = line.color;
    pen.globalAlpha = 0.65;
    pen.lineCap = pen.lineJoin = "round";
    pen.lineWidth = Math.max(1, 2 * line.radius * size);
    pen.beginPath();
    line.points.forEach(([x, y], k) => (k ? pen.lineTo(x * size, y * size) : pen.moveTo(x * size, y * size)));
    if (line.points.length === 1) pen.lineTo(line.points[0][0] * size + 0.1, line.points[0][1] * size);
    pen.stroke();
    pen.globalAlpha = 1;
  }
  if (document.activeElement === canvas && canvas.dataset.keys) {
    pen.strokeStyle = down ? "#c0392b" : "#4a6c94";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(cursor[0] * size, cursor[1] * size, Math.max(5, Number(props.radius) * size), 0, 7);
    pen.stroke();
  }
}
function begin(x, y, pressure) {
  line = { points: [[round(x), round(y), round(pressure)]], color: props.color || "#22374e", radius: Number(props.radius) || 0.02 };
  trace();
}
function go(x, y, pressure) {
  line.points.push([round(x), round(y), round(pressure)]);
  trace();
}
function end() {
  if (!line) return;
  lines.push(line);
  send();
}
function send() {
  props.value = JSON.stringify(lines);
  trigger("input");
}
// A mouse has no pressure: a stroke begins and ends lightly, as a hand does.
const firm = (event) => (event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.75);
canvas.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  canvas.focus({ preventScroll: true });
  begin(...place(event), firm(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (!line || down) return;
  const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
  for (const each of all.length ? all : [event]) go(...place(each), firm(each));
});
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { if (!down) end(); });

canvas.addEventListener("keydown", (event) => {
  const step = event.shiftKey ? 0.05 : 0.015;
  const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (way) {
    event.preventDefault();
    canvas.dataset.keys = "1";
    cursor = [Math.min(Math.max(cursor[0] + way[0], 0), aspect()), Math.min(Math.max(cursor[1] + way[1], 0), 1)];
    if (down) go(...cursor, 0.75);
    trace();
  } else if (event.key === " ") {
    event.preventDefault();
    canvas.dataset.keys = "1";
    down = !down;
    if (down) begin(...cursor, 0.75);
    else end();
    trace();
  }
});
canvas.addEventListener("blur", () => { if (down) { down = false; end(); } trace(); });

watch("picture", () => {
  image.src = props.picture || "";
  image.style.visibility = props.picture ? "visible" : "hidden";
  if (!down) { line = null; }
  trace();
});
watch("value", () => {
  try { lines = JSON.parse(props.value || "[]"); } catch { lines = []; }
});
watch("aspect", fit);
new ResizeObserver(fit).observe(canvas);
fit();
canvas.dataset.ready = "1";
