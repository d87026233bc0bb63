// Local times, countdowns, the state of the live line, and the position a worker is asked for.
"use strict";
(() => {
  const ahead = Date.parse(document.body.dataset.now) - Date.now();
  const clocks = {
    "": new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }),
    date: new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" }),
    short: new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }),
  };
  const line = document.getElementById("line");

  function showTimes(root) {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = Date.parse(time.dateTime);
      if (!Number.isNaN(at)) time.textContent = clocks[time.dataset.local].format(at);
    }
  }

  function span(seconds) {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    if (!parts[0]) parts.shift();
    return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
  }

  function countDown() {
    for (const each of document.querySelectorAll("[data-deadline]")) {
      const left = Math.round((Date.parse(each.dataset.deadline) - Date.now() - ahead) / 1000);
      const words = left < 0 ? each.dataset.over : each.dataset.left;
      each.classList.toggle("over", left < 0);
      each.textContent = words.replace("{time}", span(Math.abs(left)));
    }
  }

  // A screen reader hears of a deadline when five minutes, one minute or nothing is left, not every second.
  const heard = new Map();

  function tellDeadlines() {
    for (const each of document.querySelectorAll("[data-told]")) {
      const left = Math.round((Date.parse(each.dataset.deadline) - Date.now() - ahead) / 1000);
      const mark = [0, 60, 300].find((seconds) => left <= seconds);
      const key = each.dataset.told + each.dataset.deadline;
      const before = heard.get(key);
      heard.set(key, mark);
      if (mark === undefined || mark === before) continue;
      announce(mark ? each.dataset.told.replace("{time}", span(left)) : each.dataset.toldOver);
    }
  }

  function announce(words) {
    const told = document.getElementById("told");
    if (told.textContent !== words) told.textContent = words;
  }

  // What a reader has opened stays open when the part around it is looked at again.
  const opened = new Set();

  function noteOpened(event) {
    const { id, open, tagName } = event.target;
    if (tagName === "DETAILS" && id) opened[open ? "add" : "delete"](id);
  }

  function openAgain() {
    for (const id of opened) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
  }

  function trim() {
    for (const list of document.querySelectorAll("[data-longest]")) {
      while (list.children.length > Number(list.dataset.longest)) list.lastElementChild.remove();
    }
  }

  function tellLine(isLost) {
    if (!line) return;
    line.classList.toggle("lost", isLost);
    const words = isLost ? line.dataset.lost : line.dataset.live;
    if (line.textContent !== words) line.textContent = words;
  }

  // htmx reconnects a feed that was open; one that never opened is asked for again here.
  function askAgain(event) {
    const feed = event.target;
    if (!feed.hasAttribute || !feed.hasAttribute("hx-sse:connect")) return;
    tellLine(true);
    setTimeout(() => feed.dispatchEvent(new CustomEvent("feed-lost")), 2000);
  }

  function tell(words) {
    const said = document.getElementById("said");
    const sentence = document.createElement("p");
    sentence.className = "said";
    sentence.textContent = words;
    said.replaceChildren(sentence);
  }

  function locate(event) {
    const form = event.target;
    const code = form.elements.visit_code;
    if (!form.dataset.locate || form.elements.lat.value || (code && code.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(form.dataset.locating);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude;
        form.elements.lon.value = coords.longitude;
        form.elements.accuracy_m.value = Math.ceil(coords.accuracy);
        form.requestSubmit();
        form.elements.lat.value = "";
      },
      () => tell(form.dataset.noPosition),
      { enableHighAccuracy: true, maximumAge: 0, timeout: 15000 },
    );
  }

  document.addEventListener("submit", locate, true);
  document.addEventListener("toggle", noteOpened, true);
  document.addEventListener("htmx:after:swap", () => { showTimes(document); countDown(); openAgain(); });
  document.addEventListener("htmx:response:error", askAgain);
  document.addEventListener("htmx:error", askAgain);
  document.addEventListener("htmx:sse:after:connection", () => tellLine(false));
  document.addEventListener("htmx:sse:close", () => tellLine(true));
  document.addEventListener("htmx:sse:error", (event) => {
    tellLine(true);
    if (event.detail.status === 401) location.reload();
  });
  document.addEventListener("htmx:sse:after:message", () => {
    trim();
    showTimes(document);
    document.body.dispatchEvent(new CustomEvent("story-grew"));
  });
  // A page left open stays signed in: its buttons and its feed work whenever they are needed.
  const renew = () => document.hidden || fetch("/renew", { method: "POST" }).catch(() => {});
  if (document.querySelector('form[action="/sign-out"]')) {
    setInterval(renew, 300000);
    document.addEventListener("visibilitychange", renew);
  }
  showTimes(document);
  countDown();
  setInterval(() => { countDown(); tellDeadlines(); }, 1000);
})();
