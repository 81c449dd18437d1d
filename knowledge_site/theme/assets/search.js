// Search: finds pages with MiniSearch, shows them, and highlights the words on the page.
// site.js loads this file when the search is used for the first time.

const SHOWN = 8;
const SNIPPET = 140;
const MARKED = 12;
const SUGGESTED = 3;
// How much a hit counts: by field, and compared with the typed word itself. The figures were found
// with tests/knowledge_site/search_queries.toml; twice or half of them makes little difference.
const FIELDS = { title: 4, terms: 5, about: 1.5, heading: 3, text: 1 };
const SAME = 0.5;
const TYPO = 0.8;
const BEGINNING = 0.4;
const PART = 0.6;
const WORST = 0.08;
const ENDINGS = {
  en: /(?:'s|ing|ied|ies|ed|es|e|ly|s|y)$/,
  de: /(?:ungen|ung|enden|ende|end|ern|em|en|er|es|st|et|e|n|s|t)$/,
};
const LINKING = /(?:e?s|e?n)$/;
const WORD = /[\p{L}\p{N}]+/gu;

// --- What is found -----------------------------------------------------------------

// Removes what people type differently: capitals, accents, umlauts written as two letters.
function fold(text, language) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
  return language === "de" ? plain.replace(/([aou])e/g, "$1") : plain;
}

// The words of the site: their stems, the parts of compound words, and words of the same meaning.
class Vocabulary {
  constructor(language, ignored, same) {
    this.language = language;
    this.known = new Map();
    this.split = new Map();
    this.ignored = new Set(ignored.flatMap((one) => this.words(one)));
    this.ignoredStems = new Set([...this.ignored].map((word) => this.stem(word)));
    this.groups = same.map((group) => group.map((one) => this.stem(this.words(one)[0])));
  }

  words(text) {
    return fold(text, this.language).match(WORD) ?? [];
  }

  stem(word) {
    if (word.length < 4) return word;
    const stem = word.replace(ENDINGS[this.language] ?? /$/, "");
    return stem.length < 3 ? word : stem;
  }

  add(text) {
    for (const word of text.match(WORD) ?? []) {
      const stem = this.stem(fold(word, this.language));
      if (!this.known.has(stem)) this.known.set(stem, word);
    }
  }

  // The stem of the word, and those of the words that it consists of.
  stems(word) {
    if (!this.split.has(word)) this.split.set(word, [word, ...this.parts(word, 4)].map((one) => this.stem(one)));
    return this.split.get(word);
  }

  // Split a word into two known ones: "Supportfall", "casestatus". Ignored ones are left out.
  parts(word, shortest) {
    for (let at = word.length - shortest; at >= shortest; at -= 1) {
      const pair = [this.part(word.slice(0, at)), this.part(word.slice(at))];
      if (pair.every(Boolean)) return pair.filter((part) => !this.ignoredStems.has(this.stem(part)));
    }
    return [];
  }

  // A part if it is a known word, without its linking letter: "Auswirkung-s-stufe".
  part(text) {
    return [text, text.replace(LINKING, "")].find((one) => this.known.has(this.stem(one)));
  }

  // The longest known beginning and end of a word that cannot be split.
  ends(word) {
    const ends = [undefined, undefined];
    for (let length = word.length - 1; length > 4; length -= 1) {
      ends[0] ??= this.part(word.slice(0, length));
      ends[1] ??= this.part(word.slice(-length));
    }
    return ends.filter(Boolean);
  }

  // The telling words of a query, each with the ways to read it. The parts of an unknown word
  // count as words, but the whole may also be a typo.
  read(query) {
    const words = this.words(query);
    const telling = words.filter((word) => !this.ignored.has(word));
    return words.flatMap((word, at) => {
      if (telling.length && this.ignored.has(word)) return [];
      const joined = [words[at - 1] + word, word + words[at + 1]].map((one) => this.stem(one));
      const together = joined.filter((one) => this.known.has(one)).map((stem) => ({ stem, weight: 1 }));
      const parts = this.isNamed(word) ? [] : this.parts(word, 2);
      if (!parts.length) return [[...this.readings(word), ...together]];
      return parts.map((part) => [...this.readings(part), this.typo(word), ...together]);
    });
  }

  // The ways to read a word, each with its weight and options of MiniSearch.
  readings(word) {
    const stem = this.stem(word);
    const same = this.groups.filter((group) => group.includes(stem)).flat();
    if (!this.isNamed(word)) {
      const swapped = this.swapped(word).map((one) => ({ stem: this.stem(one), weight: 1 }));
      const ends = this.ends(word).map((end) => ({ stem: this.stem(end), weight: PART }));
      return [this.typo(word), ...swapped, ...ends];
    }
    return [
      { stem, weight: 1, options: { prefix: word.length > 2, weights: { prefix: BEGINNING } } },
      ...same.filter((one) => one !== stem).map((one) => ({ stem: one, weight: SAME })),
      ...this.parts(word, 4).map((part) => ({ stem: this.stem(part), weight: PART })),
    ];
  }

  // Known words with two neighbouring letters exchanged, which MiniSearch counts as two typos.
  swapped(word) {
    const words = [...word].map((_, at) => word.slice(0, at) + (word[at + 1] ?? "") + word[at] + word.slice(at + 2));
    return words.filter((one) => one.length > 3 && this.known.has(this.stem(one)));
  }

  isNamed(word) {
    const stem = this.stem(word);
    return this.known.has(stem) || this.groups.some((group) => group.includes(stem));
  }

  typo(word) {
    const fuzzy = word.length > 3 && 0.2;
    const options = { fuzzy, prefix: word.length > 2, weights: { fuzzy: TYPO, prefix: BEGINNING } };
    return { stem: this.stem(word), weight: 1, options };
  }
}

export class Index {
  constructor(MiniSearch, { pages, ignored, same }, language) {
    const words = new Vocabulary(language, ignored, same);
    this.vocabulary = words;
    this.pages = pages;
    // The page as a whole, then its sections.
    this.places = pages.flatMap(({ title, about, terms, sections }, page) => [
      { page, title, about, terms: terms.join(" ") },
      ...sections.map(([anchor, heading, text]) => ({ page, anchor, heading, text })),
    ]);
    const fields = Object.entries(FIELDS).map(([field]) => field);
    for (const place of this.places) fields.forEach((field) => words.add(place[field] ?? ""));
    this.mini = new MiniSearch({
      fields,
      tokenize: (text) => words.words(text),
      processTerm: (word) => words.stems(word),
      searchOptions: { tokenize: (stem) => [stem], processTerm: (stem) => stem, boost: FIELDS },
    });
    this.mini.addAll(this.places.map((place, id) => ({ ...place, id })));
  }

  // Pages with the section that fits best and the stems that were found, the best page first.
  search(query) {
    const typed = this.vocabulary.read(query);
    const found = new Map();
    typed.forEach((readings, word) => {
      for (const { stem, weight, options } of readings) {
        for (const { id, score, terms } of this.mini.search(stem, options)) {
          const { page } = this.places[id];
          if (!found.has(page)) found.set(page, new Hits(typed.length));
          found.get(page).add(id, word, score * weight, terms);
        }
      }
    });
    const groups = [...found]
      .map(([page, hits]) => ({ page: this.pages[page], terms: hits.terms, ...hits.best(this.places) }))
      .sort((one, other) => other.score - one.score);
    return groups.filter(({ score }) => score > groups[0].score * WORST);
  }

  // Words of the site that are spelt like the typed ones.
  nearest(query) {
    const near = this.vocabulary
      .words(query)
      .filter((word) => word.length > 3)
      .flatMap((word) => this.mini.search(this.vocabulary.stem(word), { fuzzy: 0.35, maxFuzzy: 3 }))
      .flatMap(({ terms }) => terms);
    const words = [...new Set(near)].map((stem) => this.vocabulary.known.get(stem));
    return words.filter(Boolean).slice(0, SUGGESTED);
  }

  isMet(word, stems) {
    const { language } = this.vocabulary;
    return this.vocabulary.stems(fold(word, language)).some((stem) => stems.has(stem));
  }
}

// The hits on one page: the best score of each typed word, per section.
class Hits {
  constructor(words) {
    this.words = words;
    this.scores = new Map();
    this.terms = new Set();
  }

  add(id, word, score, terms) {
    if (!this.scores.has(id)) this.scores.set(id, Array(this.words).fill(0));
    const scores = this.scores.get(id);
    scores[word] = Math.max(scores[word], score);
    terms.forEach((term) => this.terms.add(term));
  }

  // The whole page and its best section count alike: words that are close together count more.
  best(places) {
    const rated = [...this.scores].map(([id, scores]) => ({ place: places[id], score: rate(scores) }));
    rated.sort((one, other) => other.score - one.score);
    const whole = Array.from({ length: this.words }, (_, word) =>
      Math.max(...[...this.scores.values()].map((scores) => scores[word])),
    );
    const section = rated.find(({ place, score }) => place.text && score > rated[0].score / 3);
    return { score: rate(whole) + rated[0].score, section: section?.place };
  }
}

// The sum of the scores, less if some of the typed words are missing.
function rate(scores) {
  const met = scores.filter(Boolean).length / scores.length;
  return met * scores.reduce((sum, score) => sum + score, 0);
}

// --- How it is shown ----------------------------------------------------------------

let started;

// Load the index and show results in the box. Only the first call has an effect.
export function start(box) {
  started ??= load(box);
  return started;
}

async function load(box) {
  const { index, library, failed } = box.dataset;
  const address = new URL(index, location);
  try {
    const [answer, { default: MiniSearch }] = await Promise.all([
      fetch(address),
      import(new URL(library, location)),
    ]);
    if (!answer.ok) throw new Error(answer.status);
    const data = await answer.json();
    const language = document.documentElement.lang.slice(0, 2);
    show(box, new Index(MiniSearch, data, language), data, (page) => new URL(`../${page}`, address));
  } catch (error) {
    started = undefined;
    box.querySelector("[role=status]").textContent = failed;
  }
}

function show(box, index, { shown, help }, addressOf) {
  const parts = ["input", "[role=listbox]", "[role=status]", ".search-help"];
  const [input, list, status, helpOn] = parts.map((part) => box.querySelector(part));
  const toggle = document.getElementById("__search");
  let chosen = -1;

  function update() {
    const query = input.value.trim();
    const found = index.search(query).slice(0, SHOWN);
    list.replaceChildren(...found.map((hit, at) => option(hit, at, index, addressOf)));
    status.textContent = query ? count(found.length) : shown.hint;
    input.setAttribute("aria-expanded", found.length > 0);
    helpOn.hidden = !query || found.length > 0;
    helpOn.replaceChildren(...(helpOn.hidden ? [] : helpFor(query)));
    choose(-1);
  }

  function count(number) {
    if (number === 0) return shown.none;
    return number === 1 ? shown.one : shown.many.replace("#", number);
  }

  function helpFor(query) {
    const near = index.nearest(query).map(suggestion);
    const links = help.map(([title, page]) => {
      const link = made("a", "", title);
      link.href = addressOf(page);
      return made("li", "", link);
    });
    const lines = [made("p", "", shown.advice), made("ul", "", ...links)];
    return near.length ? [made("p", "", `${shown.nearest} `, ...near), ...lines] : lines;
  }

  function suggestion(word) {
    const button = made("button", "search-word", word);
    button.type = "button";
    button.addEventListener("click", () => {
      input.value = word;
      input.focus();
      update();
    });
    return button;
  }

  // Choose an option for the Enter key; the focus stays in the field.
  function choose(at) {
    chosen = at;
    [...list.children].forEach((one, number) => one.setAttribute("aria-selected", number === at));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function close() {
    if (toggle.checked) toggle.click();
    input.blur();
  }

  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choices = list.children.length + 1;
    if (event.key === "Enter") list.children[Math.max(chosen, 0)]?.click();
    if (!step) return;
    event.preventDefault();
    choose(((chosen + 1 + step + choices) % choices) - 1);
  });
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  box.addEventListener("focusout", (event) => {
    const left = event.relatedTarget && !box.contains(event.relatedTarget);
    if (left && toggle.checked) toggle.click();
  });
  list.addEventListener("click", (event) => event.target.closest("a") && close());
  input.form.addEventListener("reset", () => setTimeout(() => (update(), input.focus())));
  input.addEventListener("input", update);
  list.setAttribute("aria-label", shown.results);
  update();
}

function made(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function option({ page, section, terms }, at, index, addressOf) {
  const text = excerpt(section?.text ?? page.about, terms, index);
  const lines = [["search-page", page.title], ["search-section", section?.heading], ["", text]];
  const link = made("a", "md-search-result__link");
  for (const [name, line] of lines)
    if (line) link.append(made("span", name, ...marked(line, terms, index)));
  link.id = `search-option-${at}`;
  link.setAttribute("role", "option");
  link.tabIndex = -1;
  link.href = addressOf(page.address);
  const words = wordsOn(page, terms, index);
  if (words.length) link.search = new URLSearchParams({ h: words.join(" ") });
  if (section?.anchor) link.hash = section.anchor;
  return link;
}

// The words of the page to mark there.
function wordsOn(page, terms, index) {
  const text = [page.title, ...page.sections.map((section) => section.join(" "))].join(" ");
  const words = (text.match(WORD) ?? []).filter((word) => index.isMet(word, terms));
  return [...new Set(words.map((word) => word.toLowerCase()))].slice(0, MARKED);
}

function excerpt(text, terms, index) {
  const met = [...text.matchAll(WORD)].find(([word]) => index.isMet(word, terms));
  const from = met && met.index > SNIPPET / 2 ? text.indexOf(" ", met.index - SNIPPET / 2) + 1 : 0;
  const piece = text.slice(from, from + SNIPPET);
  const cut = from + SNIPPET < text.length ? `${piece.slice(0, piece.lastIndexOf(" "))} …` : piece;
  return from ? `… ${cut}` : cut;
}

function marked(text, terms, index) {
  return split(text, (word) => index.isMet(word, terms));
}

// The text as a list of strings and, for each word that is met, a <mark>.
function split(text, isMet) {
  const pieces = [];
  let from = 0;
  for (const { 0: word, index: at } of text.matchAll(WORD)) {
    if (!isMet(word)) continue;
    pieces.push(text.slice(from, at), made("mark", "", word));
    from = at + word.length;
  }
  return [...pieces, text.slice(from)];
}

// --- On the page that was found -------------------------------------------------------

// Mark the words that the address names, and remove them from the address.
export function markWords() {
  const address = new URL(location);
  const words = new Set((address.searchParams.get("h") ?? "").toLowerCase().match(WORD));
  address.searchParams.delete("h");
  history.replaceState(history.state, "", address);
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    if (text.parentElement.closest("svg, script, style, textarea, .headerlink")) continue;
    const pieces = split(text.data, (word) => words.has(word.toLowerCase()));
    if (pieces.length > 1) text.replaceWith(...pieces);
  }
}
