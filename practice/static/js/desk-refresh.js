// What others change comes in by itself: htmx looks every 15 seconds, and the server answers only where something is new. Here is
// what a person would notice of that: nothing is taken out of their hands, it is said once, and if it fails they are told.
(function () {
  "use strict";

  const said = document.querySelector("[data-told-words]");
  const stale = document.querySelector("[data-stale]");
  let hadFocus = false;

  const isPart = (event) => event.target instanceof Element && event.target.matches("[data-part]");
  const ownDoing = (event) => (event.detail.requestConfig.triggeringEvent || {}).type === "desk:changed";

  document.addEventListener("htmx:beforeRequest", function (event) {
    // Nobody looks: the next look comes when somebody does.
    if (isPart(event) && document.hidden && !ownDoing(event)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    const asked = new URL(event.detail.requestConfig.path, window.location.href).pathname;
    const answered = new URL(event.detail.xhr.responseURL || asked, window.location.href).pathname;
    if (answered !== asked) {
      // Signed out meanwhile: the names leave the screen, and the sign-in comes in their place.
      event.detail.shouldSwap = false;
      window.location.reload();
      return;
    }
    hadFocus = event.target.contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSettle", function (event) {
    const part = document.querySelector("[data-part]");
    if (!part || event.target.id !== part.id) return;
    // Links have ids and keep the focus; where the row is gone, reading goes on at the beginning of the list.
    if (hadFocus && document.activeElement === document.body) part.querySelector("[data-part-start]").focus();
    if (said && !ownDoing(event)) said.textContent = "Somebody made a change: " + part.dataset.part + " now.";
    document.dispatchEvent(new CustomEvent("desk:refreshed"));
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    if (!isPart(event) || !stale) return;
    stale.hidden = !event.detail.failed && event.detail.xhr.status !== 0;
  });

  // Back to a page that the browser had put away, or to a tab that lay in the background: look at once.
  const lookNow = () => document.hidden || document.body.dispatchEvent(new CustomEvent("desk:look"));
  document.addEventListener("visibilitychange", lookNow);
  window.addEventListener("pageshow", (event) => event.persisted && lookNow());

  // What was just done can be taken back for a few seconds; then the button goes.
  const undo = document.querySelector("[data-undo]");
  let going = 0;

  function offer(seconds) {
    window.clearTimeout(going);
    undo.hidden = false;
    going = window.setTimeout(() => (undo.hidden = true), seconds * 1000);
  }

  async function takeBack(event) {
    event.preventDefault();
    window.clearTimeout(going);
    const options = { method: "POST", body: new FormData(undo), redirect: "manual" };
    // The page says on its own how it went, as it stands now.
    await fetch(undo.action, options).catch(() => undefined);
    window.location.reload();
  }

  if (undo) {
    undo.addEventListener("submit", takeBack);
    document.addEventListener("desk:undo", (event) => offer(event.detail));
    if (!undo.hidden) offer(Number(undo.dataset.seconds));
  }
})();
