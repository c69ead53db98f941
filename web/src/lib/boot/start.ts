// The first script of every page, inside the page itself: it chooses the language, so that nothing
// is ever shown in another, and puts to the node what the page will show, so that question and
// application are under way together. `scripts/shells.js` puts it in and fills its attributes.
import type { Asked } from '../api/asked';
import { KEPT, keyOfLink, looksLikeKey } from '../api/key';
import { preferred } from '../i18n/preferred';

declare global {
  interface Window {
    painted?: Promise<unknown>;
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
document.documentElement.lang = language;
for (const href of files[language]?.split(' ') ?? []) {
  const link = document.createElement('link');
  Object.assign(link, { rel: 'modulepreload', href });
  document.head.append(link);
}

// The application starts when this page has been painted, so that what is there is seen first; in a
// window that is not shown, nothing is ever painted.
window.painted = new Promise((done) => {
  const soon = () => setTimeout(done);
  if (document.hidden) soon();
  else requestAnimationFrame(soon);
  setTimeout(done, PAINTED_MS);
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

if (looksLikeKey(key)) {
  const parts = location.pathname.split('/');
  // `{1}` is the first part of the address, `{2}` the next.
  const part = (_: string, at: string) =>
    encodeURIComponent(decodeURIComponent(parts[Number(at)] ?? ''));
  try {
    for (const url of ['/api/v1/me', ...first.split(' ').filter(Boolean)]) {
      ask(url.replace(/\{(\d)\}/g, part), `Bearer ${key}`);
    }
  } catch {
    // An address that cannot be read is for the application to tell.
  }
} else {
  ask('/auth/me', null);
}
