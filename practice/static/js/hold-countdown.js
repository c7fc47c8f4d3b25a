// Says how long a time is still kept. The server said how many seconds are left when it made the page; from there on this
// counts. What ticks is for the eye alone: it is spoken at five, two and one minutes, and at the end.
(function () {
  "use strict";

  const box = document.querySelector("[data-seconds-left]");
  if (!box) return;

  const SPOKEN_AT = [300, 120, 60];
  const part = (name) => box.querySelector("[data-countdown-" + name + "]");
  const atFirst = Number(box.dataset.secondsLeft);
  const begun = { steady: performance.now(), wall: Date.now() };
  let toSpeak = SPOKEN_AT.filter((mark) => mark < atFirst);

  function secondsLeft() {
    // The steady clock stands still while a phone sleeps; the other one may be set back. The later of both is right.
    const gone = Math.max(performance.now() - begun.steady, Date.now() - begun.wall);
    return Math.max(0, Math.ceil(atFirst - gone / 1000));
  }

  function speak(left) {
    if (!toSpeak.some((mark) => left <= mark)) return;
    toSpeak = toSpeak.filter((mark) => left > mark);
    const minutes = Math.ceil(left / 60);
    part("spoken").textContent = "This time is kept for " + minutes + " more minute" + (minutes === 1 ? "." : "s.");
  }

  function end() {
    window.clearInterval(ticking);
    part("kept").hidden = true;
    // Spoken and seen are the same words here, so that nobody hears them twice.
    part("spoken").textContent = part("ended").textContent;
    part("spoken").classList.remove("visually-hidden");
  }

  function tick() {
    const left = secondsLeft();
    if (left === 0) return end();
    part("left").textContent = ": " + Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0") + " left";
    speak(left);
  }

  const ticking = window.setInterval(tick, 1000);
  tick();

  // A page that the browser had put away is asked for anew; one that somebody left by the quick exit stays away.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && !document.body.hidden) window.location.reload();
  });
})();
