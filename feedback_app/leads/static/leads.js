// Keys for the leads' pages. Everything works without this file; it only presses the same buttons.
// j, k: next and previous answer. r: read. f: needs follow-up. n: note. 1 to 9, 0, q and w: themes.
// Arrows: step in the meeting. /: search.
"use strict";

// "Back" and "reload" then load a page instead of asking to send the form again.
const { postedFrom } = document.documentElement.dataset;
if (postedFrom) history.replaceState(null, "", postedFrom);

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const answers = () => [...document.querySelectorAll(".answer")];

function move(by) {
  const step = document.querySelector(`#reader a[rel=${by > 0 ? "next" : "prev"}]`);
  if (step) return step.click();
  const all = answers();
  const at = all.findIndex((one) => one.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function press(name) {
  const answer = document.activeElement.closest(".answer") || document.querySelector(".slide, #reader .answer");
  const control = answer && answer.querySelector(`[data-key="${name}"]`);
  if (control) {
    control.click();
    const field = control.closest("details")?.querySelector("textarea");
    if (field) field.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if ("rfn1234567890qw".includes(event.key)) press(event.key);
  else if (event.key === "/") document.querySelector(".head__search input")?.focus();
  else if (event.key === "ArrowRight") document.querySelector("[data-step=next]")?.click();
  else if (event.key === "ArrowLeft") document.querySelector("[data-step=back]")?.click();
  else return;
  event.preventDefault();
});

// Minutes are saved a second after the last key, one request at a time.
const minutes = document.querySelector("textarea[data-autosave]");
if (minutes) {
  const { form, dataset } = minutes;
  let timer;
  let saving = null;
  const show = (text) => {
    document.getElementById("saved").textContent = text;
  };
  const save = async () => {
    const text = minutes.value;
    const body = new URLSearchParams();
    for (const name of ["csrf_token", "invitation", "step", "seen", "minutes"])
      body.set(name, form.elements[name].value);
    show(dataset.saving);
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.action, { method: "POST", body, headers });
      if (answer.status === 409) return show(dataset.conflict);
      if (!answer.ok) return show(dataset.failed);
      form.elements.seen.value = (await answer.json()).seen;
      minutes.defaultValue = text;
      show(dataset.saved);
    } catch {
      show(dataset.failed);
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (saving) return later();
      saving = save();
      await saving;
      saving = null;
    }, 1000);
  };
  minutes.addEventListener("input", later);
  // The form is sent after the request, which changes what counts as seen.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    await saving;
    saving = null;
    form.requestSubmit(event.submitter);
  });
}

// Ask before typed text is lost: text in any form but the one that is being sent.
let sent = null;
document.addEventListener("submit", (event) => {
  sent = event.target;
});
const hasUnsentText = (except) =>
  [...document.querySelectorAll("textarea")].some(
    (field) => field.form !== except && field.value !== field.defaultValue,
  );
window.addEventListener("beforeunload", (event) => {
  if (hasUnsentText(sent)) event.preventDefault();
});

// A click elsewhere or Escape closes an open menu.
const closeMenus = (except) =>
  document.querySelectorAll(".menu[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
});

// The reading queue: open answers and send forms without loading the page again.
const queue = document.querySelector("[data-queue]");

function replaceReader(html, address) {
  const reader = new DOMParser().parseFromString(html, "text/html").getElementById("reader");
  const old = document.getElementById("reader");
  if (!reader || reader.dataset.week !== old.dataset.week) return location.assign(address);
  old.replaceWith(reader);
  history.replaceState(null, "", address);
  const unread = new Set(reader.dataset.unread.split(" "));
  queue.querySelectorAll(".queue__line").forEach((line) => {
    line.classList.toggle("is-read", !unread.has(line.dataset.open));
    if (line.dataset.open === reader.dataset.answer) {
      line.setAttribute("aria-current", "true");
      line.scrollIntoView({ block: "nearest" });
    } else {
      line.removeAttribute("aria-current");
    }
  });
  reader.querySelector(".answer")?.focus({ preventScroll: true });
  reader.scrollIntoView({ block: "nearest" });
}

// One request after the other: the reader shows the result of the last key that was pressed.
let loaded = Promise.resolve();
function load(...request) {
  loaded = loaded.then(() => loadReader(...request));
}

// Whatever goes wrong, the browser does the same thing with a whole page.
async function loadReader(address, options, otherwise) {
  try {
    const headers = { "X-Fragment": "1" };
    const response = await fetch(address, { ...options, headers });
    if (!response.ok) throw new Error(response.status);
    replaceReader(await response.text(), response.url);
  } catch {
    otherwise();
  }
}

queue?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || hasUnsentText()) return;
  event.preventDefault();
  load(link.href, {}, () => location.assign(link.href));
});

queue?.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#reader") || form.action.endsWith("/redact/preview")) return;
  if (hasUnsentText(form)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const button = event.submitter;
  load(form.action, { method: "POST", body }, () => {
    sent = form;
    const value = Object.assign(document.createElement("input"), { type: "hidden" });
    if (button?.name) form.append(Object.assign(value, { name: button.name, value: button.value }));
    form.submit();
  });
});
