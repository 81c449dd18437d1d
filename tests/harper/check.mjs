// Checks the grammar of the English documents with Harper, offline: node tests/harper/check.mjs [FILE ...]
// Prints each fault as file:line and exits with 1 if there are any.
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dialect, LocalLinter } from "harper.js";
import { binary } from "harper.js/binary";

const HERE = dirname(fileURLToPath(import.meta.url));
const DOCUMENTS = ["*.md", "guides/*.md", "deploy/*.md", "results/*.md", "docs/en/*.md"].map((name) => `:(glob)${name}`);
// Rules of layout or taste, and rules that fail on facts (`code`), on "when its time changes", on "to" before a link
// and on countable terms of ours ("a closing").
const OFF = [
  "ExpandMemoryShorthands",
  "FindOut",
  "LongSentences",
  "MassNouns",
  "MissingDeterminer",
  "MissingPreposition",
  "MissingTo",
  "OrthographicConsistency",
  "OxfordComma",
  "SentenceCapitalization",
  "Spaces",
  "ToTwoToo",
  "UseTitleCase",
];

// Removes what Harper cannot read, and keeps the line breaks.
const blank = (text) => text.replace(/[^\n]/g, "");

function prose(markdown) {
  return markdown
    .replace(/^---\n[\s\S]*?\n---\n/, blank) // front matter
    .replace(/^```[\s\S]*?^```$/gm, blank)
    .replace(/ *\{ *[#.:][^{}]*\}/g, blank) // anchors and attributes
    .replace(/\[([^\]]*)\]\([^)\s]*\)/g, "$1") // links
    .replace(/[\w/-]+\.(md|toml|py|json|yml)\b/g, "`file`")
    .replace(/^\{\{.*\}\}$/gm, blank) // tables and pictures
    .replace(/\{\{[^}]*\}\}/g, "`fact`");
}

function words() {
  const lines = readFileSync(join(HERE, "dictionary.txt"), "utf8").split("\n");
  return lines.map((line) => line.trim()).filter(Boolean);
}

const named = process.argv.slice(2);
const files = named.length
  ? named
  : execFileSync("git", ["ls-files", ...DOCUMENTS], { encoding: "utf8" }).trim().split("\n");
const linter = new LocalLinter({ binary, dialect: Dialect.British });
await linter.setup();
await linter.setLintConfig({
  ...(await linter.getLintConfig()),
  ...Object.fromEntries(OFF.map((rule) => [rule, false])),
});
await linter.importWords(words());

let faults = 0;
for (const file of files) {
  const text = prose(readFileSync(file, "utf8"));
  for (const [rule, found] of Object.entries(await linter.organizedLints(text))) {
    for (const lint of found) {
      const line = text.slice(0, lint.span().start).split("\n").length;
      console.log(`${file}:${line}: "${lint.get_problem_text()}" (${rule}): ${lint.message()}`);
      faults += 1;
    }
  }
}
process.exit(faults ? 1 : 0);
