// Search over the site's own index. A section is found by its words: title before heading before
// text; the beginning of a word, its stem and a part of it count less than the word itself.

const HEADING = 8;
const TITLE = 4;
const WORDS = 10;
const EXACT = 1;
const STEM = 0.85;
const BEGINNING = 0.6;
const PART = 0.3;
const SHOWN = 12;
const SNIPPET = 140;
const ENDINGS = {
  en: /(?:'s|ing|ied|ies|ed|es|e|ly|s|y)$/,
  de: /(?:ungen|ung|enden|ende|end|ern|em|en|er|es|st|et|e|n|s|t)$/,
};

let started;

// Bring the search box to life; called again, it does nothing.
export function start(box) {
  started ??= load(box);
  return started;
}

async function load(box) {
  const parts = new Parts(box);
  try {
    const answer = await fetch(box.dataset.index);
    if (!answer.ok) throw new Error(answer.status);
    const language = document.documentElement.lang.slice(0, 2);
    const index = new Index((await answer.json()).docs, language);
    live(parts, index, new URL(box.dataset.index, location).href);
  } catch (error) {
    started = undefined;
    parts.meta.textContent = box.dataset.failed;
  }
}

class Parts {
  constructor(box) {
    this.words = box.dataset;
    this.input = box.querySelector("input");
    this.meta = box.querySelector(".md-search-result__meta");
    this.list = box.querySelector("ol");
    this.box = box;
  }
}

// --- What is found -----------------------------------------------------------------

// Fold what people type differently: accents, umlauts written out, capitals.
function fold(text, language) {
  const plain = text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .toLowerCase();
  return language === "de" ? plain.replace(/([aou])e/g, "$1") : plain;
}

function wordsOf(text, language) {
  return fold(text, language).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function stemOf(word, language) {
  if (word.length < 4) return word;
  const stem = word.replace(ENDINGS[language] ?? /$/, "");
  return stem.length < 3 ? word : stem;
}

export class Index {
  constructor(sections, language) {
    this.language = language;
    this.sections = sections;
    this.found = new Map();
    this.pages = new Map();
    sections.forEach((section, number) => {
      const page = section.location.split("#")[0];
      if (!this.pages.has(page)) this.pages.set(page, section);
      const whole = section === this.pages.get(page);
      this.add(number, section.title, whole ? HEADING + TITLE : HEADING);
      this.add(number, section.text, 1);
      this.add(number, (section.words ?? []).join(" "), WORDS);
    });
    this.vocabulary = [...this.found.keys()];
  }

  add(number, text, weight) {
    for (const word of wordsOf(text, this.language)) {
      if (!this.found.has(word)) this.found.set(word, new Map());
      const places = this.found.get(word);
      // A word said often says little more than a word said once.
      const before = places.get(number) ?? 0;
      places.set(number, weight > before ? weight + before / 8 : before + weight / 8);
    }
  }

  // Words of the site that the typed word may stand for, each with how surely.
  likely(typed) {
    const stem = stemOf(typed, this.language);
    const sure = [];
    for (const word of this.vocabulary) {
      if (word === typed) sure.push([word, EXACT]);
      else if (stemOf(word, this.language) === stem) sure.push([word, STEM]);
      else if (typed.length > 1 && word.startsWith(typed)) sure.push([word, BEGINNING]);
      else if (stem.length > 3 && word.includes(stem)) sure.push([word, PART]);
    }
    return sure;
  }

  // Pages with their best sections, the best page first.
  search(query) {
    const typed = [...new Set(wordsOf(query, this.language))];
    const scores = new Map();
    let wanted = 0;
    for (const word of typed) {
      const best = new Map();
      for (const [known, surely] of this.likely(word)) {
        for (const [number, weight] of this.found.get(known)) {
          best.set(number, Math.max(best.get(number) ?? 0, surely * weight));
        }
      }
      // A word that stands everywhere tells pages apart less than a rare one.
      const rare = Math.log(1 + this.sections.length / (1 + best.size));
      wanted += rare;
      for (const [number, weight] of best) {
        const score = scores.get(number) ?? { points: 0, met: 0 };
        score.points += rare * Math.log1p(weight);
        score.met += rare;
        scores.set(number, score);
      }
    }
    return this.grouped(scores, wanted, typed);
  }

  grouped(scores, wanted, typed) {
    const pages = new Map();
    for (const [number, { points, met }] of scores) {
      const section = this.sections[number];
      const page = section.location.split("#")[0];
      const score = points * (met / wanted) ** 2 * (this.pages.get(page).boost ?? 1);
      const group = pages.get(page) ?? { page: this.pages.get(page), score: 0, sections: [] };
      group.sections.push({ section, score });
      group.score = Math.max(group.score, score);
      pages.set(page, group);
    }
    const groups = [...pages.values()].sort((one, other) => other.score - one.score);
    for (const group of groups) group.sections.sort((one, other) => other.score - one.score);
    return groups.map((group) => ({ ...group, typed }));
  }
}

// --- How it is shown ----------------------------------------------------------------

function live({ box, words, input, meta, list }, index, address) {
  const toggle = document.getElementById("__search");

  function show() {
    const query = input.value.trim();
    const groups = query ? index.search(query) : [];
    list.replaceChildren(...groups.slice(0, SHOWN).map((group) => entry(group, index, address)));
    meta.textContent = query ? count(groups.length) : words.hint;
  }

  function count(number) {
    if (number === 0) return words.none;
    return number === 1 ? words.one : words.many.replace("#", number);
  }

  function close() {
    if (toggle.checked) toggle.click();
    input.blur();
  }

  box.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && document.activeElement === input) links[0]?.click();
    else if (step) {
      const next = at + step;
      event.preventDefault();
      (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
    }
  });
  box.addEventListener("focusout", (event) => {
    const left = event.relatedTarget && !box.contains(event.relatedTarget);
    if (left && toggle.checked) toggle.click();
  });
  list.addEventListener("click", (event) => event.target.closest("a") && close());
  input.form.addEventListener("reset", () => setTimeout(() => (show(), input.focus())));
  input.addEventListener("input", show);
  show();
}

function made(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function entry({ page, sections, typed }, index, address) {
  const links = sections.slice(0, 3).map(({ section }) => {
    const heading = made("h2", "", ...marked(section.title, typed, index));
    if (section !== page) heading.prepend(made("span", "search-page", page.title));
    const text = made("p", "", ...marked(excerpt(section.text, typed, index), typed, index));
    const article = made("article", "md-search-result__article md-typeset", heading, text);
    const link = made("a", "md-search-result__link", article);
    link.href = new URL(`../${section.location}`, address);
    return link;
  });
  return made("li", "md-search-result__item", ...links);
}

const WORD = /[\p{L}\p{N}]+/gu;

function isMet(word, typed, language) {
  const folded = fold(word, language);
  return typed.some(
    (one) =>
      folded.startsWith(one) ||
      stemOf(folded, language) === stemOf(one, language) ||
      (stemOf(one, language).length > 3 && folded.includes(stemOf(one, language))),
  );
}

function excerpt(text, typed, { language }) {
  const met = [...text.matchAll(WORD)].find(([word]) => isMet(word, typed, language));
  const from = met && met.index > SNIPPET / 2 ? text.indexOf(" ", met.index - SNIPPET / 2) + 1 : 0;
  const piece = text.slice(from, from + SNIPPET);
  const cut = from + SNIPPET < text.length ? `${piece.slice(0, piece.lastIndexOf(" "))} …` : piece;
  return from ? `… ${cut}` : cut;
}

function marked(text, typed, { language }) {
  const pieces = [];
  let from = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!isMet(word, typed, language)) continue;
    pieces.push(text.slice(from, index), made("mark", "", word));
    from = index + word.length;
  }
  return [...pieces, text.slice(from)];
}
