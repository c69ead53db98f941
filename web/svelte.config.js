// A static single-page application: no page is rendered on a server. The service serves
// `build/` and answers unknown paths with `200.html`.
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({ fallback: '200.html', precompress: true, strict: true }),
    // The service sends the authoritative Content-Security-Policy; this is the same policy in
    // the page itself, so that a copy served by something else is held to it as well.
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self'],
        'img-src': ['self'],
        'connect-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['self'],
        'form-action': ['self'],
      },
    },
    // Registered by the page once it is idle: `src/lib/offline/version.svelte.ts`.
    serviceWorker: { register: false },
    output: { preloadStrategy: 'modulepreload' },
    // The version is content, not time: the same sources give the same build.
    version: { name: process.env.npm_package_version ?? 'dev' },
  },
};
