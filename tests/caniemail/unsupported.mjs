// Prints which features of the HTML on standard input each of the named email programs lacks.
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const html = readFileSync(0, "utf8");
const found = process.argv.slice(2).map((client) => {
  const errors = caniemail({ clients: [client], html }).issues.errors.get(client) ?? [];
  return [client, [...new Set(errors.map((error) => error.title))].sort()];
});
console.log(JSON.stringify(Object.fromEntries(found)));
