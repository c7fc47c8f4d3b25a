// The calendar that is dragged in, above the table that says and does the same. The server decides everything: what is dropped
// goes there, and the calendar shows what it answers.
(function () {
  "use strict";

  const section = document.querySelector("[data-calendar]");
  const views = document.querySelector("[data-views]");
  if (!section || !views || !window.EventCalendar) return;

  const find = (name) => document.querySelector("[data-" + name + "]");
  const here = find("calendar-here");
  const said = find("told-words");
  const undo = find("undo");
  const wide = window.matchMedia("(min-width: 60rem)");
  const MANY = 7;
  const ROW_PX = 40;

  let calendar = null;
  let facts = null;
  let loading = null;
  let inHand = false; // dragged, or on its way to the server
  let missed = false; // something new came in meanwhile

  // --- Which view

  const stored = function (value) {
    try {
      if (value) window.sessionStorage.setItem("desk-view", value);
      return window.sessionStorage.getItem("desk-view") || "calendar";
    } catch {
      return "calendar";
    }
  };

  function show(view) {
    views.querySelectorAll("[data-view]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    });
    section.hidden = view !== "calendar";
    if (view === "calendar" && wide.matches && !calendar) load();
  }

  // --- What it shows

  async function fetched() {
    const answer = await fetch(section.dataset.events, { headers: { Accept: "application/json" } });
    if (answer.redirected) return window.location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function load() {
    if (loading) return;
    loading = fetched();
    try {
      facts = await loading;
      if (!facts) return;
      find("calendar-failed").hidden = true;
      if (calendar) calendar.setOption("events", facts.events);
      else create();
    } catch {
      if (!calendar) find("calendar-failed").hidden = false;
    } finally {
      loading = null;
      find("calendar-loading").hidden = true;
    }
  }

  const clock = (hour) => String(hour).padStart(2, "0") + ":00";

  function create() {
    calendar = window.EventCalendar.create(here, {
      view: section.dataset.calendar,
      date: section.dataset.day,
      headerToolbar: { start: "", center: "", end: "" },
      resources: facts.columns,
      events: facts.events,
      locale: "en-US",
      firstDay: 1,
      allDaySlot: false,
      editable: false,
      eventStartEditable: false,
      eventDurationEditable: false,
      slotMinTime: clock(facts.hours.from),
      slotMaxTime: clock(facts.hours.until),
      slotDuration: "00:30",
      snapDuration: "00:05",
      slotHeight: ROW_PX,
      columnWidth: facts.columns.length > MANY ? "10rem" : undefined,
      dayHeaderFormat: { weekday: "short", month: "short", day: "numeric" },
      pointer: Boolean(section.dataset.book),
      dragConstraint: (info) => !info.newResource || info.event.extendedProps.isConsultation,
      eventContent: content,
      eventDidMount: (info) => (info.el.title = info.el.innerText.replaceAll("\n", ", ")),
      eventClick: open,
      dateClick: book,
      eventDragStart: () => (inHand = true),
      eventResizeStart: () => (inHand = true),
      eventDragStop: () => letGo(),
      eventResizeStop: () => letGo(),
      eventDrop: (info) => send(info, {}),
      eventResize: (info) => send(info, { ends_at: wall(info.event.end) }),
    });
  }

  function line(name, words) {
    const element = document.createElement("span");
    element.className = name;
    element.textContent = words;
    return element;
  }

  function content(info) {
    const event = info.event;
    if (event.display === "background") return { domNodes: [line("ec-why", event.title || "")] };
    if (event.display === "pointer") return { domNodes: [line("ec-about", info.timeText)] };
    const about = event.extendedProps;
    // While it is dragged, the time that it would have; then the one that it has.
    const time = event.display === "preview" ? info.timeText : about.time;
    const words = [...about.before, time, ...about.after].join(" · ");
    return { domNodes: [line("ec-who", about.who), line("ec-about", words)] };
  }

  // --- What a click does

  const two = (number) => String(number).padStart(2, "0");
  const dayOf = (date) => date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate());
  const wall = (date) => dayOf(date) + "T" + two(date.getHours()) + ":" + two(date.getMinutes());

  function open(info) {
    if (info.event.extendedProps.url) window.location.assign(info.event.extendedProps.url);
  }

  function book(info) {
    const offset = facts.offsets[dayOf(info.date)];
    if (!section.dataset.book || !offset) return;
    const start = new Date(info.date);
    start.setMinutes(start.getMinutes() - (start.getMinutes() % 15));
    const counselor = info.resource ? info.resource.id : String(facts.columns[0].id);
    const asked = new URLSearchParams({ counselor: counselor, at: wall(start) + ":00" + offset });
    window.location.assign(section.dataset.book + "?" + asked);
  }

  // --- What a drop does

  async function send(info, more) {
    inHand = true;
    const event = info.event;
    const told = {
      version: event.extendedProps.version,
      starts_at: wall(event.start),
      counselor: event.resourceIds[0] || "",
      ...more,
    };
    const token = undo.querySelector("[name=csrfmiddlewaretoken]").value;
    const options = { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(told) };
    try {
      const answer = await fetch(event.extendedProps.url + "drop/", options);
      const isOurs = !answer.redirected && (answer.headers.get("Content-Type") || "").includes("json");
      if (!isOurs) return window.location.reload();
      await heard(info, more, answer.status, await answer.json());
    } catch {
      info.revert();
      tell("We can’t reach the office’s server just now. It stays where it was.");
    } finally {
      letGo();
    }
  }

  function heard(info, more, status, answer) {
    if (status === 200) return done(answer);
    if (status === 409) return overtaken(info, answer);
    if (answer.may_override) return rules(info, more, answer);
    return refused(info, more, answer);
  }

  function done(answer) {
    tell(answer.words);
    if (answer.undo) {
      undo.action = answer.undo;
      find("undo-words").textContent = "";
      document.dispatchEvent(new CustomEvent("desk:undo", { detail: answer.seconds }));
    }
    standsAs(answer.event);
  }

  function overtaken(info, answer) {
    info.revert();
    tell(answer.words.join(" "));
    standsAs(answer.event);
  }

  function rules(info, more, answer) {
    list("rules-words", answer.words);
    return asked(find("rules")).then(function (choice) {
      if (choice !== "move") return info.revert();
      return send(info, { ...more, override: document.getElementById("override").value });
    });
  }

  function refused(info, more, answer) {
    const near = more.ends_at ? [] : answer.near;
    list("refused-words", answer.words);
    find("refused-near").hidden = near.length === 0;
    find("refused-times").replaceChildren(...near.map(button));
    return asked(find("refused")).then(function (choice) {
      if (choice) return send(info, { ...more, starts_at: choice });
      info.revert();
      return undefined;
    });
  }

  function button(time) {
    const element = document.createElement("button");
    element.className = "btn btn-secondary btn-small";
    element.value = time.starts_at;
    element.textContent = time.words;
    return element;
  }

  function list(name, words) {
    find(name).replaceChildren(
      ...words.map(function (each) {
        const item = document.createElement("li");
        item.textContent = each;
        return item;
      }),
    );
  }

  function asked(dialog) {
    dialog.returnValue = "";
    dialog.querySelector("form").reset();
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
  }

  function tell(words) {
    said.textContent = words;
  }

  // --- What others do

  // At once, so that it can be laid a hand on again; the table follows, and with it whatever else is new.
  function standsAs(event) {
    calendar.updateEvent(event);
    document.body.dispatchEvent(new CustomEvent("desk:changed"));
  }

  function letGo() {
    inHand = false;
    if (missed) load();
    missed = false;
  }

  document.addEventListener("desk:refreshed", function () {
    if (inHand) missed = true;
    else if (calendar) load();
  });

  views.hidden = false;
  views.addEventListener("click", function (event) {
    const view = event.target.dataset.view;
    if (view) show(stored(view));
  });
  find("calendar-again").addEventListener("click", load);
  wide.addEventListener("change", () => show(stored()));
  show(stored());
})();
