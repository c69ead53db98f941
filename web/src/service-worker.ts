// Keeps the portal itself on the device, so that the counter opens and reads codes without a
// connection. Only files of the build and the start page are kept: what the node answers goes
// past this script, so no answer that a key or a person was given is ever stored by it.
import { build, files } from '$service-worker';

/** What of the service worker's world is used here; the library's types would replace the page's. */
interface Later extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Later {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
const worker = self as unknown as {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(
    name: 'install' | 'activate' | 'message' | 'fetch',
    hear: (event: never) => void,
  ): void;
};

/** The page that any address of the portal can begin with. */
const START = '/200.html';
/** Kept after the rest: the decoder is as large as everything else, and not every device scans. */
const LATE = build.filter((path) => path.includes('/workers/'));
const FIRST = [...build.filter((path) => !LATE.includes(path)), ...files];
const KEPT = new Set([...FIRST, ...LATE]);
/** Files whose names tell their content; the WASM of the decoder is one that `build` leaves out. */
const HASHED = '/_app/immutable/';
const PREFIX = 'theriac-';
const CACHE = PREFIX + digest([...KEPT].join('\n'));
/** Addresses that the node answers itself. */
const NODE = /^\/(api|auth|epcis|fhir|vrs|healthz|readyz|metrics|status)(\/|$)/;

worker.addEventListener('install', (event: Later) => event.waitUntil(keepShell()));
worker.addEventListener('activate', (event: Later) => event.waitUntil(begin()));
worker.addEventListener('message', (event: Later & { data: unknown }) => {
  // The page says when nothing is under the finger, and when it is idle.
  if (event.data === 'take over') event.waitUntil(worker.skipWaiting());
  if (event.data === 'keep the rest') event.waitUntil(keepRest());
});
worker.addEventListener('fetch', (event: Fetching) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (!NODE.test(url.pathname) && !KEPT.has(url.pathname)) event.respondWith(kept(START));
  } else if (KEPT.has(url.pathname) || url.pathname.startsWith(HASHED)) {
    event.respondWith(kept(url.pathname));
  }
});

/** The start page and all it can lead to. A page of another build would ask for files of that one. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FIRST);
  const page = await fetch(START, { cache: 'reload', headers: { accept: 'text/html' } });
  const text = await page.clone().text();
  const scripts = text.match(/\/_app\/immutable\/[^"'\s)]+\.js/g) ?? [];
  if (!page.ok || !scripts.every((path) => KEPT.has(path))) throw new Error('another build');
  await cache.put(START, page);
}

async function keepRest(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const path of LATE) {
    const script = await (await kept(path)).text();
    for (const [name] of script.matchAll(/\bassets\/[\w-]+\.wasm\b/g)) {
      const wasm = new URL(name, location.origin + path).pathname;
      if (!(await cache.match(wasm))) await cache.add(wasm);
    }
  }
}

/** Drops old copies but the one before this: another tab may still run it. */
async function begin(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const others = names.filter((name) => name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function kept(path: string): Promise<Response> {
  const own = await caches.open(CACHE);
  const found = await own.match(path, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(path);
  if (answer.ok && path !== START) await own.put(path, answer.clone());
  return answer;
}

/** A name for a list of files: theirs are hashes of content already. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(16);
}
