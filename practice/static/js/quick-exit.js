// Leaves the page fast: the link itself works without this; here the address replaces this page in the browser's
// history, and Esc pressed twice within a second does the same from anywhere on the page.
(function () {
  "use strict";

  const exit = document.querySelector("[data-quick-exit]");
  if (!exit) return;

  const outside = exit.dataset.quickExit;
  const WITHIN_MS = 1000;
  let lastEscape = -Infinity;

  function leave() {
    // The next page may be slow to come; this one is gone from the screen at once.
    document.body.hidden = true;
    document.title = "…";
    // What was begun here ends in the background; a slow answer keeps nobody on this page.
    fetch(exit.href, { method: "HEAD", keepalive: true, redirect: "manual" }).catch(function () {});
    window.location.replace(outside);
  }

  exit.addEventListener("click", function (event) {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - lastEscape <= WITHIN_MS) leave();
    lastEscape = event.timeStamp;
  });

  // Coming back with the browser's own button must not show what was hidden.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && document.body.hidden) window.location.replace(outside);
  });
})();
