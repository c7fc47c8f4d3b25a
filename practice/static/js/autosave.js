// Saves a draft as it is written. The text lives in the page and on the server, never in the browser's own storage: that is
// plain text on a computer that others may use. See docs/decisions/0042.
(function () {
  "use strict";

  const form = document.querySelector("[data-autosave]");
  if (!form || !window.fetch) return;
  const state = document.querySelector("[data-autosave-state]");
  const notice = document.querySelector("[data-autosave-notice]");
  const PAUSE = 1200, AGAIN = 8000;
  let unsaved = false, going = false, timer = 0, leaving = false;

  function tell(words) {
    if (state.textContent !== words) state.textContent = words;
  }

  function later(delay) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, delay);
  }

  function changed() {
    unsaved = true;
    tell("Writing");
    later(PAUSE);
  }

  // After a new sign-in, in this window or another, forms need its token.
  async function renewToken() {
    const answer = await fetch(window.location.pathname, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-autosave] input[name=csrfmiddlewaretoken]");
    if (!fresh) return false;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = fresh.value;
    return true;
  }

  function send() {
    return fetch(form.action, {
      method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual",
      headers: { "X-Autosave": "1", Accept: "application/json" },
    });
  }

  function kept(told) {
    form.action = told.save;
    form.elements.version.value = told.version;
    if (told.apart) {
      notice.textContent = told.apart + " ";
      const link = document.createElement("a");
      link.href = told.page;
      link.textContent = "See both";
      notice.append(link);
      notice.hidden = false;
    }
    tell(told.words);
  }

  async function save() {
    if (going) return later(PAUSE);
    going = true;
    unsaved = false;
    try {
      let answer = await send();
      if (answer.status === 403 && (await renewToken())) answer = await send();
      if (answer.ok) {
        kept(await answer.json());
      } else if (answer.status === 400) {
        unsaved = true;
        tell((await answer.json()).words);
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        unsaved = true;
        tell("You were signed out. Your text is still on this page: sign in again in another window, and it is saved.");
        later(AGAIN);
      } else {
        unsaved = true;
        tell("This couldn’t be saved just now. Your text is still on this page; we try again.");
        later(AGAIN);
      }
    } catch {
      unsaved = true;
      tell("No connection. Your text is still on this page, and is saved as soon as it is back.");
      later(AGAIN);
    } finally {
      going = false;
    }
    return unsaved;
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("online", () => { if (unsaved) later(0); });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
  // What is signed is what stands on the page.
  for (const other of document.querySelectorAll("[data-autosave-before]")) {
    other.addEventListener("submit", async (event) => {
      if (!unsaved && !going) return;
      event.preventDefault();
      window.clearTimeout(timer);
      while (going) await new Promise((done) => window.setTimeout(done, 50));
      if (unsaved && (await save())) return;
      leaving = true;
      other.submit();
    });
  }
})();
