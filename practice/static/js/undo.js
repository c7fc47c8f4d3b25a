// Takes the way back away once it is over; the server goes by its own clock in any case.
"use strict";

for (const notice of document.querySelectorAll("[data-undo]")) {
  window.setTimeout(() => {
    const form = notice.querySelector("[data-undo-form]");
    if (!form || form.contains(document.activeElement)) return; // nobody loses their place
    form.remove();
  }, Number(notice.dataset.undo) * 1000);
}
