// The first script of every page, inside the page itself: it chooses the language, so that nothing
// is ever shown in another, and puts to the node what the page will show, so that question and
// application are under way together. `scripts/shells.js` puts it in and fills its attributes.
import type { Asked } from '../api/asked';
import { KEPT, keyOfLink, looksLikeKey } from '../api/key';
import { preferred } from '../i18n/preferred';

declare global {
  interface Window {
    painted?: Promise<unknown>;
    /** Keys from before anybody listened; who listens takes them. */
    pressed?: KeyboardEvent[];
    /** The last button of the header that was pressed before it could do anything. */
    tapped?: Element;
  }
}

/** No longer than this is waited for the first picture. */
const PAINTED_MS = 3_000;

const { first = '', ...files } = document.currentScript!.dataset;
let language = 'en';
let key = '';
try {
  language = preferred();
  key = (keyOfLink(location.hash) ?? sessionStorage.getItem(KEPT) ?? '').trim();
} catch {
  // Without storage nothing was chosen and nobody is connected.
}
const html = document.documentElement;
html.lang = language;
// No picture is taken between what is shown and `show`.
html.dataset.boot = '';
for (const href of files[language]?.split(' ') ?? []) {
  const link = document.createElement('link');
  Object.assign(link, { rel: 'modulepreload', href });
  document.head.append(link);
}

// A scanner does not wait for the application.
window.pressed = [];
for (const kind of ['keydown', 'keyup'] as const) {
  window.addEventListener(kind, (event) => window.pressed?.push(event), { capture: true });
}
// Nor do people: what they pressed opens when it can.
window.addEventListener('click', ({ target }) => {
  window.tapped = (target as Element).closest('#boot button') ?? window.tapped;
});

// The application starts when this page has been painted, so that what is there is seen first; in a
// window that is not shown, nothing is ever painted.
window.painted = new Promise((done) => {
  const soon = () => setTimeout(done);
  if (document.hidden) soon();
  else requestAnimationFrame(soon);
  setTimeout(done, PAINTED_MS);
});
// Its files are asked for then, all at once: no browser lets a style go before modules that are named in
// the page, whatever their priority.
void window.painted.then(() => {
  const later = document.querySelector<HTMLTemplateElement>('#later');
  if (later) document.head.append(later.content);
});

const asked: Record<string, Asked> = (window.asked = {});
function ask(url: string, authorization: string | null): void {
  const headers = { 'accept-language': language, ...(authorization && { authorization }) };
  const credentials = authorization ? 'omit' : 'same-origin';
  const answer = fetch(url, { headers, credentials, cache: 'no-store', redirect: 'error' });
  // Who takes the answer sees the failure, too.
  answer.catch(() => {});
  asked[url] = { answer, authorization, language, at: performance.now() };
}

/** Things as the portal's addresses name them, by the identifier in which their pages ask for them. */
const THINGS: Record<string, (name: string) => string | undefined> = {
  shipment(name) {
    const [, sscc] = /^(?:https:\/\/id\.gs1\.org\/00\/)?(\d{18})$/.exec(name) ?? [];
    return sscc && `https://id.gs1.org/00/${sscc}`;
  },
  pack(name) {
    const [, gtin, serial] = /^\(01\)(\d{14})\(21\)([^()]+)$/.exec(name) ?? [];
    return gtin && `https://id.gs1.org/01/${gtin}/21/${encodeURIComponent(serial!)}`;
  },
};

/** Parts of those names, as people know them. */
const WORDS: typeof THINGS = {
  sscc: (name) => /^(?:\(00\)|https:\/\/id\.gs1\.org\/00\/)?(\d{18})$/.exec(name)?.[1],
  serial: (name) => /^\(01\)\d{14}\(21\)([^()]+)$/.exec(name)?.[1],
  block: (name) => name.slice(0, 12).toLowerCase(),
  rule: (name) => /^\w+/.exec(name)?.[0],
};

/**
 * Puts into `text` what it names of the address: `{1}` the first part, `{2}` the next, `{2:pack}` the
 * pack it names. Throws where the address cannot be read, or not here.
 */
function filled(text: string, kinds: typeof THINGS, written: (part: string) => string): string {
  const parts = location.pathname.split('/');
  return text.replace(/\{(\d):?(\w*)\}/g, (_, at: string, kind?: string) => {
    const name = decodeURIComponent(parts[Number(at)] ?? '');
    const part = kind ? kinds[kind]!(name) : name;
    if (!part) throw new Error('named in another way');
    return written(part);
  });
}

/** Leaves what is shown in the language that was chosen, and names in it what the address is about. */
export function show(): void {
  for (const it of document.querySelectorAll<HTMLElement>('#boot > div')) {
    if (it.lang !== language) it.remove();
  }
  for (const it of document.querySelectorAll('#boot :is(h1, .eyebrow)')) {
    const text = it.textContent;
    try {
      it.textContent = filled(text, WORDS, (part) => part);
    } catch {
      it.textContent = text.replace(/ ?\{.*?\}/, '');
    }
  }
  delete html.dataset.boot;
}

if (looksLikeKey(key)) {
  try {
    for (const url of ['/api/v1/me', ...first.split(' ').filter(Boolean)]) {
      ask(filled(url, THINGS, encodeURIComponent), `Bearer ${key}`);
    }
  } catch {
    // An address that cannot be read, or not here, is for the application.
  }
} else {
  ask('/auth/me', null);
}
