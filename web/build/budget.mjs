// Prints what the verification station loads and fails when it has grown above its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 330_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const wanted = ["index.html", "src/station/station-screen.tsx"];
const files = new Set();

function take(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`budget: the build has no chunk for ${key}`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const sheet of chunk.css ?? []) files.add(sheet);
  for (const imported of chunk.imports ?? []) take(imported);
}
for (const key of wanted) take(key);

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  JS + CSS of the station, gzipped; the budget is ${BUDGET}\n`);
if (total > BUDGET) {
  process.stderr.write(`budget: ${total - BUDGET} bytes too many; load something later, or do without it\n`);
  process.exit(1);
}
