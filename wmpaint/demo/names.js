// Pictures to try have no names of their own; a screen reader hears those of their files.
new MutationObserver(() => {
  for (const button of document.querySelectorAll("button.gallery-item:not([aria-label])")) {
    const source = button.querySelector("img")?.src || "";
    const name = source.split("/").pop().replace(/[.][a-z]+$/, "").replace(/_/g, " ");
    if (name) button.setAttribute("aria-label", `try ${name}`);
  }
}).observe(document, { childList: true, subtree: true });
