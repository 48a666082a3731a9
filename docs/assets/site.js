"use strict";

// Dream and real: the slider moves the edge between them.
for (const figure of document.querySelectorAll(".wm-compare")) {
  const slider = figure.querySelector("input");
  const move = () => figure.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
}

// The wall: what is chosen is also in the address, so that it can be linked to and survives going back.
const filters = document.querySelector(".wm-filters");
if (filters) {
  const cards = [...document.querySelectorAll(".wm-card")];
  const selects = [...filters.querySelectorAll("select")];
  const count = filters.querySelector(".wm-count");
  const show = () => {
    const wanted = selects.filter((select) => select.value);
    for (const card of cards) card.hidden = wanted.some((select) => card.dataset[select.name] !== select.value);
    const left = cards.filter((card) => !card.hidden).length;
    count.textContent = left === 1 ? "1 work" : `${left} works`;
  };
  const known = new URLSearchParams(location.search);
  for (const select of selects) {
    if ([...select.options].some((option) => option.value === known.get(select.name))) select.value = known.get(select.name);
  }
  filters.addEventListener("change", () => {
    const query = new URLSearchParams(selects.filter((s) => s.value).map((s) => [s.name, s.value]));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    show();
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  show();
}
