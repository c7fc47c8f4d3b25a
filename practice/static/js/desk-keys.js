// The desk's keys. Each does what a link or button of the page does, so that nothing is only for who knows them. They are
// quiet while somebody types or a dialog is open, and can be switched off: a voice that dictates letters would press them.
(function () {
  "use strict";

  const STORE = "desk-keys";
  const SAME = { ArrowLeft: "p", ArrowRight: "n" };
  const list = document.querySelector("[data-keys-list]");
  const choice = document.querySelector("[data-keys-choice]");
  const box = choice && choice.querySelector("input");

  function stored(value) {
    try {
      if (value !== undefined) window.localStorage.setItem(STORE, value);
      return window.localStorage.getItem(STORE);
    } catch {
      return null; // a browser that keeps nothing: the keys are on
    }
  }

  if (box) {
    choice.hidden = false;
    box.checked = stored() !== "off";
    box.addEventListener("change", () => stored(box.checked ? "on" : "off"));
  }

  function isBusy(event) {
    const at = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
    if (at.closest("input, textarea, select, [contenteditable], dialog")) return true;
    // In a list that scrolls sideways the arrows scroll.
    return event.key.startsWith("Arrow") && Boolean(at.closest("[data-calendar], summary"));
  }

  function act(key) {
    if (key === "?" && list) {
      list.open = !list.open;
      list.querySelector("summary").focus();
      return true;
    }
    if (key === "u") {
      const undo = document.querySelector("[data-undo]:not([hidden]) button");
      if (undo) undo.click();
      return Boolean(undo);
    }
    const link = document.querySelector('a[data-key="' + CSS.escape(key) + '"]');
    if (link) link.click();
    return Boolean(link);
  }

  document.addEventListener("keydown", function (event) {
    if ((box && !box.checked) || isBusy(event)) return;
    const key = SAME[event.key] || (event.key.length === 1 ? event.key.toLowerCase() : "");
    if (key && act(key)) event.preventDefault();
  });
})();
