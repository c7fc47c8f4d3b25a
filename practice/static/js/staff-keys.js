// Keys of the counselor's pages. Each does what a link of the page does, so that nothing is only for who knows them: "/" looks
// for a case, "g" and a letter go somewhere, "?" opens the list. They are quiet while somebody types, and can be switched off.
(function () {
  "use strict";

  const STORE = "staff-keys";
  const list = document.querySelector("[data-staff-keys]");
  if (!list) return;
  const choice = list.querySelector("[data-keys-choice]");
  const box = choice && choice.querySelector("input");
  let going = 0;

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
    return Boolean(at.closest("input, textarea, select, [contenteditable], dialog"));
  }

  function follow(keys) {
    const link = list.querySelector('a[data-keys="' + CSS.escape(keys) + '"]');
    if (link) link.click();
    return Boolean(link);
  }

  function act(key) {
    const wasGoing = Date.now() - going < 1500;
    going = 0;
    if (wasGoing) return follow("g" + key);
    if (key === "g") {
      going = Date.now();
      return true;
    }
    if (key === "?") {
      list.open = !list.open;
      list.querySelector("summary").focus();
      return true;
    }
    return follow(key);
  }

  document.addEventListener("keydown", function (event) {
    if ((box && !box.checked) || isBusy(event) || event.key.length !== 1) return;
    if (act(event.key.toLowerCase())) event.preventDefault();
  });
})();
