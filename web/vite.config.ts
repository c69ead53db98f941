import { sveltekit } from '@sveltejs/kit/vite';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` needs a running node; THERIAC_SERVER says where it listens.
const node = process.env.THERIAC_SERVER ?? 'http://127.0.0.1:8080';

/**
 * SvelteKit's route announcer carries a style attribute, which our Content-Security-Policy
 * refuses. `app.css` hides the announcer instead; the attribute is taken out.
 */
function announcerWithoutStyle(): Plugin {
  return {
    name: 'announcer-without-style',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/generated/root.svelte')) return;
      const bare = code.replace(/(id="svelte-announcer"[^>]*?)\s+style="[^"]*"/, '$1');
      if (bare === code) this.error('the route announcer has changed: look at this plugin again');
      return { code: bare, map: null };
    },
  };
}

/**
 * uPlot asks `Intl` for a formatter and for the time zone when it is loaded, which stops a phone for a
 * tenth of a second. Our axes have formats and zones of their own, so it asks when it needs them. Ways
 * to draw a line that no chart of ours takes are left out: they are a tenth of its code.
 */
function leanPlot(): Plugin {
  const eager = [
    [/const numFormatter = (new Intl\.NumberFormat\([^;]*\));/, /numFormatter(?=\.)/],
    [/const localTz = (new Intl\.DateTimeFormat\([^;]*timeZone);/, /localTz(?=\))/],
  ] as const;
  return {
    name: 'lean-plot',
    transform(code, id) {
      if (!id.endsWith('/uPlot.esm.js')) return undefined;
      for (const [made, used] of eager) {
        const [line, asked] = made.exec(code) ?? [];
        const rest = line === undefined ? '' : code.replace(line, '');
        if (!asked || !used.test(rest)) {
          this.error('uPlot asks Intl in another way: look at this plugin again');
        }
        code = rest.replace(used, `(${asked})`);
      }
      for (const way of ['stepped', 'bars', 'spline']) {
        const rest = code.replace(new RegExp(`\\(paths\\.${way} += \\w+\\);`), '');
        if (rest === code) this.error('uPlot draws in other ways: look at this plugin again');
        code = rest;
      }
      return { code, map: null };
    },
  };
}

/**
 * The proof verifier, where `cargo xtask wasm` has built it. Without it the portal builds as well
 * and checks proofs by script.
 */
function tangleVerify(): Plugin {
  const id = 'virtual:tangle-verify';
  const file = fileURLToPath(new URL('../target/wasm/tangle_verify.wasm', import.meta.url));
  return {
    name: 'tangle-verify',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(source) {
      if (source !== `\0${id}`) return undefined;
      if (existsSync(file)) return `export { default } from ${JSON.stringify(`${file}?url`)};`;
      this.warn('target/wasm/tangle_verify.wasm is not there: proofs are checked by script');
      return 'export default null;';
    },
  };
}

/** Modules that every page loads before any of its own: start, layout and error page. */
const START = /\/(runtime\/client\/entry|generated\/client-optimized\/(app|nodes\/[01]))\.js$/;
/** Small, and wanted by pages that share nothing else: comes along, lest it draw large parts together. */
const ALONG = /\/(lib\/pieces\.svelte\.ts|svelte\/src\/internal\/flags\/\w+\.js)$/;
/** Likewise, with what many share. */
const WITH_MANY = /\/lib\/tour\.svelte\.ts$/;
/** What so many pages and parts share, nearly every page loads. */
const MANY = 8;
/** Chunks smaller than this, in bytes before compression, are not worth a request of their own. */
const SMALL = 4_000;

/**
 * Few files instead of dozens: what every page loads is one chunk, what many share another; the rest
 * goes into chunks by who shares it, small ones to their nearest neighbour.
 */
function fewChunks(): Plugin {
  const shell = new Set<string>();
  const shared = { entriesAware: true, entriesAwareMergeThreshold: SMALL };
  const groups = [
    { name: (id: string) => (shell.has(id) ? 'shell' : null), priority: 2 },
    { name: 'common', priority: 1, minShareCount: MANY },
    { name: 'common', priority: 1, test: WITH_MANY },
    { name: 'shared', priority: 0, minShareCount: 2, ...shared },
  ];
  // The names of shared chunks list who shares them.
  const assetFileNames = '_app/immutable/assets/[hash][extname]';
  const output = { codeSplitting: { groups }, assetFileNames };
  return {
    name: 'few-chunks',
    enforce: 'post',
    config: (_, { isSsrBuild }) =>
      isSsrBuild ? undefined : { build: { rolldownOptions: { output } } },
    buildEnd() {
      const add = (id: string) => {
        if (shell.has(id)) return;
        shell.add(id);
        this.getModuleInfo(id)?.importedIds.forEach(add);
      };
      for (const id of this.getModuleIds()) if (START.test(id) || ALONG.test(id)) add(id);
    },
  };
}

export default defineConfig({
  plugins: [announcerWithoutStyle(), leanPlot(), tangleVerify(), fewChunks(), sveltekit()],
  worker: { format: 'es', plugins: () => [tangleVerify()] },
  build: { target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': node, '/epcis': node } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
