// Size budgets of the built portal, in brotli kilobytes: what a phone on a weak line must load
// before the verify page answers, and what each route may add. Run after `vite build`.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

// Of the counter more: what it need not have would only be parsed before a scan is answered.
const LIMITS_KB = {
  shell: 40,
  counter: 87,
  route: 120,
  css: 12,
  verifier: 50,
  decoder: 330,
  kept: 1228,
};
const CLIENT = '.svelte-kit/output/client/';

const manifest = JSON.parse(readFileSync(`${CLIENT}.vite/manifest.json`, 'utf8'));
const sizes = new Map();
const brotli = (file) => {
  if (!sizes.has(file)) sizes.set(file, brotliCompressSync(readFileSync(CLIENT + file)).length);
  return sizes.get(file);
};

/** A person loads one language: German stands for it, whose words are the longest. */
const otherLanguage = (key) => /src\/lib\/i18n\/(es|fr)\/\w+\.ts$/.test(key);

/** Texts that other pages say do not load with this one, whose files of texts are `texts`. */
const otherTexts = (key, texts) =>
  /src\/lib\/i18n\/de\/\w+\.ts$/.test(key) && !texts?.has(manifest[key].file);

const isPage = (key) => /\/nodes\/\d+\.js$/.test(key);

/**
 * Every file that loads with `key`: its static imports, and for a route its dynamic ones too, with
 * those of the layout, but for other routes.
 */
function closure(key, how, seen = new Set(), css = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file) || otherLanguage(key)) return { seen, css };
  if (otherTexts(key, how.texts)) return { seen, css };
  seen.add(chunk.file);
  for (const file of chunk.css ?? []) css.add(file);
  for (const next of chunk.imports ?? []) closure(next, how, seen, css);
  const later = how.dynamic ? (chunk.dynamicImports ?? []).filter((next) => !isPage(next)) : [];
  for (const next of later) closure(next, how, seen, css);
  return { seen, css };
}
const kb = (files) => [...files].reduce((sum, file) => sum + brotli(file), 0) / 1024;

const find = (suffix) => Object.keys(manifest).find((key) => key.endsWith(suffix));
const start = find('runtime/client/entry.js');
const app = find('generated/client-optimized/app.js') ?? find('generated/client/app.js');
if (!start || !app) throw new Error('the build manifest names no entry: has the build run?');

const nodes = readdirSync('.svelte-kit/generated/client-optimized/nodes');
/** The route of a page; none for the counter. */
function routeOf(node) {
  const module = readFileSync(`.svelte-kit/generated/client-optimized/nodes/${node}`, 'utf8');
  return /src\/routes\/(?:(.+)\/)?\+page\.svelte/.exec(module)[1];
}
/** The files of texts that the built page of a route names. */
function textsOf(route) {
  const page = readFileSync(`build/${route?.replace(/\[\w+\]/g, '_') ?? 'index'}.html`, 'utf8');
  const [, files] = /data-de="([^"]+)"/.exec(page);
  return new Set(files.split(' ').map((file) => file.slice(1)));
}
const shell = new Set();
for (const key of [start, app, find('nodes/0.js'), find('nodes/1.js')]) {
  for (const file of closure(key, { dynamic: false }).seen) shell.add(file);
}

let failed = false;
function row(name, size, limit) {
  const over = size > limit;
  failed ||= over;
  console.log(
    `${over ? 'OVER' : '  ok'}  ${name.padEnd(34)} ${size.toFixed(1).padStart(6)} KB br of ${limit}`,
  );
}
row('shell, JavaScript', kb(shell), LIMITS_KB.shell);
for (const node of nodes.filter((name) => !['0.js', '1.js'].includes(name)).sort()) {
  const route = routeOf(node);
  const { seen, css } = closure(find(`nodes/${node}`), { dynamic: true, texts: textsOf(route) });
  const limit = route ? LIMITS_KB.route : LIMITS_KB.counter;
  row(`page ${node}, JavaScript with shell`, kb(new Set([...shell, ...seen])), limit);
  row(`page ${node}, styles`, kb(css), LIMITS_KB.css);
}
const WORKERS = '_app/immutable/workers';
const built = readdirSync(CLIENT + WORKERS, { recursive: true });
const verifier = built.filter((name) => /verifier.*\.js$|tangle_verify.*\.wasm$/.test(name));
if (verifier.length < 2) console.log('  --  verifier: not built in, proofs are checked by script');
const ofWorkers = (names) => kb(names.map((name) => `${WORKERS}/${name}`));
row('verifier, WebAssembly and worker', ofWorkers(verifier), LIMITS_KB.verifier);

// The camera's reader loads when somebody opens the camera; all of it is kept for work offline.
const decoder = built.filter((name) => /decoder.*\.js$|zxing_reader.*\.wasm$/.test(name));
if (decoder.length < 2) throw new Error('the decoder is not where the node allows WebAssembly');
row('camera decoder', ofWorkers(decoder), LIMITS_KB.decoder);
const files = (folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => statSync(folder + name).isFile());
const kept = files(CLIENT).filter((name) => !name.startsWith('.vite'));
row('kept by the service worker', kb(kept), LIMITS_KB.kept);
if (failed) process.exit(1);
