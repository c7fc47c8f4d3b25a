// Keeps answers as they are typed, and how far somebody has read. Without it the page has a button that saves.
(function () {
  "use strict";

  const form = document.querySelector("[data-reading]");
  if (!form) return;
  const saved = form.querySelector("[data-saved]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const PAUSE = 800;
  const waiting = new Set(); // prompts with something new in them
  let timer = 0;
  let busy = false;

  const say = (words) => saved && (saved.textContent = words);

  function send(address, data, options) {
    data.set("csrfmiddlewaretoken", token);
    return fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual", ...options });
  }

  // Only what is new is sent, so that two open pages don't undo each other's answers.
  function answersIn(prompts) {
    const data = new FormData();
    for (const prompt of prompts)
      for (const field of prompt.querySelectorAll("textarea, input:checked")) data.set(field.name, field.value);
    return data;
  }

  async function save() {
    if (busy || !waiting.size) return;
    busy = true;
    const prompts = [...waiting];
    waiting.clear();
    try {
      const answer = await send(form.action, answersIn(prompts));
      if (!answer.ok) throw new Error(String(answer.status));
      say((await answer.json()).saved);
    } catch {
      prompts.forEach((prompt) => waiting.add(prompt));
      say("Not saved yet. Your words are still here: please press “Save my answers”.");
    }
    busy = false;
    if (waiting.size) later();
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  }

  form.addEventListener("input", function (event) {
    const prompt = event.target.closest("[data-prompt]");
    if (!prompt) return;
    waiting.add(prompt);
    say("Saving …");
    later();
  });
  form.addEventListener("submit", () => waiting.clear());
  // Away to another page or another app: what was typed a moment ago goes at once.
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden || !waiting.size) return;
    window.clearTimeout(timer);
    const prompts = [...waiting];
    waiting.clear();
    send(form.action, answersIn(prompts), { keepalive: true }).catch(() => prompts.forEach((prompt) => waiting.add(prompt)));
  });

  let furthest = 1;
  const seen = new IntersectionObserver(function (entries) {
    for (const entry of entries) {
      const number = Number(entry.target.dataset.section);
      if (!entry.isIntersecting || number <= furthest) continue;
      furthest = number;
      const data = new FormData();
      data.set("section", String(number));
      send(form.dataset.reached, data, { keepalive: true }).catch(() => undefined);
    }
  });
  for (const section of form.querySelectorAll("[data-section]")) seen.observe(section);
})();
