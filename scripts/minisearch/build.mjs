// Minify MiniSearch and put its licence at the top.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";

const library = new URL("node_modules/minisearch/", import.meta.url);
const { version } = JSON.parse(await readFile(new URL("package.json", library)));
const licence = await readFile(new URL("LICENSE.txt", library), "utf8");

await build({
  entryPoints: [new URL("dist/es/index.js", library).pathname],
  outfile: new URL("../../knowledge_site/theme/assets/minisearch.js", import.meta.url).pathname,
  format: "esm",
  minify: true,
  banner: { js: `/*! MiniSearch ${version}, MIT licence\n${licence.trim()}\n*/` },
});
