// Sends what is typed so far a moment after the last key, so that nothing is lost. Without it the page has a button.
"use strict";
(() => {
  const form = document.querySelector("form[data-keep-typed]");
  if (!form) return;
  const told = form.querySelector("[data-kept]");
  let timer = null;
  const keep = async () => {
    timer = null;
    try {
      const answer = await fetch(form.dataset.keepTyped, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (answer.ok && told) told.textContent = "Kept so far. Only you see it until you send it.";
    } catch {
      if (told) told.textContent = "Not kept: there is no connection just now.";
    }
  };
  const soon = () => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", () => { if (timer) clearTimeout(timer); });
})();
