// Keys for the leads' pages. Everything works without this file; it only presses the same buttons.
// j, k: next and previous answer. r: read. f: needs follow-up. n: note. 1 to 9, 0, q and w: themes.
// Arrows: step in the meeting.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const answers = () => [...document.querySelectorAll(".answer")];

function move(by) {
  const all = answers();
  const at = all.findIndex((one) => one.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function press(name) {
  const answer = document.activeElement.closest(".answer") || document.querySelector(".slide");
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
window.addEventListener("beforeunload", (event) => {
  const unsent = [...document.querySelectorAll("textarea")].some(
    (field) => field.form !== sent && field.value !== field.defaultValue,
  );
  if (unsent) event.preventDefault();
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
