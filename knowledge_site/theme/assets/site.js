// What a page can do beyond being read: colours, drawer, copying, the way through the page.
// Search has a file of its own (search.js), asked for at its first use. All of it is extra:
// without scripts the pages say the same.
"use strict";

const given = document.currentScript.dataset;
const find = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// Colours: as the system has it, light, dark. The choice stays in this browser.
const WISHES = ["system", "light", "dark"];
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const schemeButton = find("[data-scheme]");
let wish = "system";
try {
  wish = localStorage.getItem("scheme") || wish;
} catch (refused) {
  // A browser that keeps nothing follows the system.
}

function showColours() {
  const dark = wish === "dark" || (wish !== "light" && systemIsDark.matches);
  document.body.dataset.mdColorScheme = dark ? "slate" : "default";
  const names = [...schemeButton.children];
  names.forEach((name, number) => (name.hidden = WISHES[number] !== wish));
  const label = names[WISHES.indexOf(wish)].dataset.name;
  schemeButton.title = label;
  schemeButton.setAttribute("aria-label", label);
}

if (!WISHES.includes(wish)) wish = "system";
if (schemeButton) {
  schemeButton.addEventListener("click", () => {
    wish = WISHES[(WISHES.indexOf(wish) + 1) % WISHES.length];
    try {
      localStorage.setItem("scheme", wish);
    } catch (refused) {
      // It holds for this page.
    }
    showColours();
  });
  systemIsDark.addEventListener("change", showColours);
  showColours();
}

// Labels open drawer and search where no script runs; where one does they are buttons, which
// keys reach and which say what they opened.
function becomeButton(label) {
  const box = document.getElementById(label.htmlFor);
  const button = document.createElement("button");
  const tell = () => button.setAttribute("aria-expanded", box.checked);
  button.type = "button";
  button.className = label.className;
  // The theme's rules look for it.
  button.setAttribute("for", label.htmlFor);
  button.setAttribute("aria-label", label.dataset.name);
  button.append(...label.childNodes);
  button.addEventListener("click", () => box.click());
  box.addEventListener("change", tell);
  tell();
  label.replaceWith(button);
}

all(".md-header__button[for]").forEach(becomeButton);

const drawer = find("#__drawer");
const opener = find(".md-header__button[for=__drawer]");

drawer.addEventListener("change", () => {
  // The drawer slides in; what is still outside cannot take the focus.
  if (drawer.checked) setTimeout(() => find(".md-nav--primary a").focus(), 300);
});

function leaveDrawer() {
  if (!drawer.checked) return;
  drawer.click();
  opener.focus();
}

// Copying: what stands in a code block is meant for a case form.
for (const block of all("pre > code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = given.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent.trimEnd());
    button.textContent = given.copied;
    setTimeout(() => (button.textContent = given.copy), 2000);
  });
  block.parentElement.before(button);
}

// Printing.
for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The way through the page: the table of contents shows which section is being read.
const entries = new Map();
for (const link of all(".md-sidebar--secondary .md-nav__link[href^='#']")) {
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (section) entries.set(section, link);
}

function follow() {
  let reading = null;
  for (const [section, link] of entries) {
    if (section.getBoundingClientRect().top < innerHeight / 3) reading = link;
    link.classList.remove("md-nav__link--active");
  }
  if (reading) reading.classList.add("md-nav__link--active");
}

if (entries.size) {
  let asked = false;
  addEventListener("scroll", () => {
    if (!asked) requestAnimationFrame(() => (follow(), (asked = false)));
    asked = true;
  }, { passive: true });
}

// Search: loaded at its first use, by pointer, Tab or one of the keys / s f. The keys n and p lead to
// the next page and the one before.
const input = find(".md-search__input");
const searching = find("#__search");

const importSearch = () => import(new URL(given.search, location));
const loadSearch = () => importSearch().then((search) => search.start(find(".md-search")));

if (location.search.startsWith("?h=")) importSearch().then((search) => search.markWords());

function openSearch() {
  searching.checked || searching.click();
  input.focus();
}

input.addEventListener("focus", () => {
  searching.checked || searching.click();
  loadSearch();
});
searching.addEventListener("change", () => searching.checked && input.focus());
input.form.addEventListener("submit", (event) => event.preventDefault());

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    leaveDrawer();
    all("[aria-description]:is(:hover, :focus)").forEach((link) => link.classList.add("closed"));
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const beside = find(`link[rel=${{ n: "next", p: "prev" }[event.key]}]`);
  if (beside) location.href = beside.href;
  if (!["/", "s", "f"].includes(event.key)) return;
  event.preventDefault();
  openSearch();
});
