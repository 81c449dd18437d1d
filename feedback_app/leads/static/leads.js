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
