// Updates the live page. Without this file the page is complete, and a reload shows what is new.
// The service renders and escapes the rows (live.py); this file only inserts them. Rows wait while the page is
// paused or hidden, or while the pointer or the focus is on the list.
"use strict";

(() => {
  const ROWS_MAX = 100; // kept in the page
  const TOLD_MS = 15000; // how often a screen reader is told of new articles
  const RETRY_MS = 30000; // when the service refuses another live view

  const stream = document.getElementById("stream");
  if (!stream || !window.EventSource) return;
  const list = document.getElementById("items");
  const empty = document.getElementById("empty");
  const pause = document.getElementById("pause");
  const state = document.getElementById("state");
  const said = document.getElementById("said");

  let waiting = []; // rows received while the list was held
  let passed = 0; // articles that were not shown: more than anybody can read
  let told = 0; // articles since the screen reader was last told
  let paused = false;
  let pointed = false;
  let lost = false;

  const held = () => paused || pointed || document.hidden || list.contains(document.activeElement);

  const row = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  };

  const show = () => {
    let text;
    if (lost) text = "connection lost; reconnecting …";
    else if (paused) text = waiting.length || passed ? `paused; ${waiting.length + passed} new` : "paused";
    else if (waiting.length) text = `${waiting.length} new, waiting until you leave the list`;
    else text = passed ? `live; ${passed} not shown because they arrived too fast` : "live";
    if (state.textContent !== text) state.textContent = text;
  };

  const flush = () => {
    if (!held() && waiting.length) {
      const fresh = document.createDocumentFragment();
      for (const html of waiting.slice(-ROWS_MAX)) {
        const item = row(html);
        item.classList.add("new");
        fresh.prepend(item);
      }
      waiting = [];
      list.prepend(fresh);
      while (list.children.length > ROWS_MAX) list.lastElementChild.remove();
      empty.hidden = true;
    }
    show();
  };

  const open = () => {
    const source = new EventSource(stream.dataset.stream);
    source.addEventListener("open", () => { lost = false; show(); });
    source.addEventListener("error", () => {
      lost = true;
      show();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS);
    });
    source.addEventListener("rows", (event) => {
      const message = JSON.parse(event.data);
      waiting.push(...message.rows);
      passed += message.more;
      told += message.rows.length + message.more;
      if (waiting.length > ROWS_MAX) {
        passed += waiting.length - ROWS_MAX;
        waiting = waiting.slice(-ROWS_MAX);
      }
      flush();
    });
    source.addEventListener("change", (event) => {
      const message = JSON.parse(event.data);
      const mark = `data-offset="${message.offset}"`;
      waiting = waiting.map((html) => (html.includes(mark) ? message.row : html));
      const before = list.querySelector(`[${mark}]`);
      if (before && !before.contains(document.activeElement)) before.replaceWith(row(message.row));
    });
    source.addEventListener("glance", (event) => {
      for (const [name, text] of Object.entries(JSON.parse(event.data))) {
        const cell = document.querySelector(`[data-glance="${name}"]`);
        if (cell && cell.textContent !== text) cell.textContent = text;
      }
    });
  };

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) passed = 0;
    flush();
  });
  list.addEventListener("pointerenter", (event) => { pointed = event.pointerType === "mouse"; });
  list.addEventListener("pointerleave", () => { pointed = false; flush(); });
  list.addEventListener("focusout", () => setTimeout(flush, 0));
  document.addEventListener("visibilitychange", flush);
  setInterval(() => {
    if (told && !paused) said.textContent = `${told} new article${told === 1 ? "" : "s"}`;
    told = 0;
  }, TOLD_MS);

  stream.hidden = false;
  open();
})();
