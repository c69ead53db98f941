// A page of its own for every route, made of the built `200.html`: with the files of the route named
// in it, so that all are asked for at once, and with what the page shows until the application is
// there. `lot/_/_.html` is the page of `/lot/[gtin]/[lot]`. Run after `vite build`.
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const OUT = 'build/';
const WORK = resolve('.svelte-kit/shells');
const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));

// What SvelteKit gives to components, as far as the header asks for it.
const KIT = {
  '$app/state': 'export const page = { url: { pathname: "" } };',
  '$app/environment': 'export const browser = false;',
};
const kit = {
  name: 'kit',
  enforce: 'pre',
  resolveId: (id) => (id in KIT ? `\0${id}` : undefined),
  load: (id) => KIT[id.slice(1)],
};
const shared = {
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { $lib: resolve('src/lib') } },
  publicDir: false,
};

/** The first script, as one line. */
async function firstScript() {
  const lib = { entry: 'src/lib/boot/start.ts', formats: ['iife'], name: 'start' };
  const options = { lib, write: false, target: 'es2022' };
  const [{ output }] = await build({ ...shared, build: options });
  return output[0].code.trim();
}

/** The renderer of pages. */
async function renderer() {
  await build({
    ...shared,
    plugins: [kit, svelte({ configFile: false, preprocess: vitePreprocess() })],
    build: { ssr: 'src/lib/boot/pages.ts', outDir: WORK, emptyOutDir: true },
  });
  return (await import(`${WORK}/pages.js`)).shown;
}

/** Files that load with a module of the build: scripts and styles. */
function filesOf(key, found = { scripts: new Set(), styles: new Set() }) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build knows no ${key}`);
  if (found.scripts.has(chunk.file)) return found;
  found.scripts.add(chunk.file);
  for (const file of chunk.css ?? []) found.styles.add(file);
  for (const next of chunk.imports ?? []) filesOf(next, found);
  return found;
}

/** Routes with the number of their module, as the built application has them. */
function routes() {
  const app = readFileSync('.svelte-kit/generated/client-optimized/app.js', 'utf8');
  const [, list] = /dictionary = \{([^}]*)\}/.exec(app) ?? [];
  const found = [...(list ?? '').matchAll(/"([^"]+)": \[(\d+)/g)];
  if (found.length === 0) throw new Error('the built application names no routes');
  return found.map(([, route, node]) => ({ route, node }));
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The built page, whose application waits until the page has been painted, and starts in another task than
 * it is loaded in.
 */
function startPage() {
  let page = readFileSync(`${OUT}200.html`, 'utf8');
  const start = /Promise\.all\(\[\s*(import\("[^"]+"\)),\s*(import\("[^"]+"\))\s*\]\)/;
  if (!start.test(page))
    throw new Error('200.html starts in another way: look at this script again');
  // What the layout loads later brings its styles itself.
  const { styles } = filesOf('.svelte-kit/generated/client-optimized/nodes/0.js');
  page = page.replace(/\s*<link href="\/([^"]+)" rel="stylesheet">/g, (link, file) =>
    styles.has(file) ? link : '',
  );
  const shared = [];
  page = page.replace(/\s*(<link href="[^"]+" rel="modulepreload">)/g, (_, link) => {
    shared.push(link);
    return '';
  });
  const loaded = 'painted.then(() => Promise.all([$1, $2]))';
  const later = '.then((all) => new Promise((done) => setTimeout(done, 0, all)))';
  return { page: page.replace(start, loaded + later), shared };
}

/** The page of every route, and the links to the files that every application loads. */
const START = startPage();
const script = await firstScript();
const shown = await renderer();
/** The files of each language that a page says its texts from. */
function languages(needed) {
  return ['de', 'es', 'fr']
    .map((language) => {
      const files = needed.map(
        (name) => `/${manifest[`src/lib/i18n/${language}/${name}.ts`].file}`,
      );
      return ` data-${language}="${files.join(' ')}"`;
    })
    .join('');
}

/** By the first script: before the next thing is painted, and without a heading in four languages. */
const SHOW = '<script>start.show()</script>';

/** One part of a page in the place of another that must be there. */
function put(page, mark, part) {
  if (page.split(mark).length !== 2) throw new Error(`200.html has not one ${mark}`);
  return page.replace(mark, () => part);
}

/** The page of a route; without one, of addresses that lead nowhere. */
function pageOf(route, node) {
  const { html, first, files } = shown(route);
  const key = `.svelte-kit/generated/client-optimized/nodes/${node}.js`;
  const { scripts, styles } = filesOf(key);
  // All are asked for at once when the page has been painted: what is painted first waits for none.
  const links = new Set([
    ...START.shared,
    ...[...scripts].map((file) => `<link href="/${file}" rel="modulepreload">`),
    ...[...styles]
      .filter((file) => !START.page.includes(`"/${file}"`))
      .map((file) => `<link href="/${file}" rel="preload" as="style" crossorigin>`),
  ]);
  const inline = `<script data-first="${first.join(' ')}"${languages(files)}>${script}</script>`;
  let page = put(START.page, '<meta charset="utf-8" />', `<meta charset="utf-8" />\n    ${inline}`);
  page = put(
    page,
    '<div id="app">',
    `<div id="boot">${html}</div>
    ${SHOW}
    <template id="later">${[...links].join('')}</template>
    <div id="app">`,
  );
  const inlined = [...page.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, text]) =>
    hash(text),
  );
  return page.replace(/script-src 'self'[^;]*/, `script-src 'self' ${inlined.join(' ')}`);
}

function write(name, page) {
  const path = OUT + name;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${path}.br`, brotliCompressSync(page, quality));
  writeFileSync(`${path}.gz`, gzipSync(page, { level: 9 }));
}

for (const { route, node } of routes()) {
  const name = route === '/' ? 'index' : route.slice(1).replace(/\[\w+\]/g, '_');
  write(`${name}.html`, pageOf(route, node));
}
write('200.html', pageOf('', 1));
