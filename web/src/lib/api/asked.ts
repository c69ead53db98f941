// Questions that the page put to the node before the application was there (`lib/boot/start.js`):
// who asks the same again gets that answer, once, and only while it is new.

export interface Asked {
  answer: Promise<Response>;
  authorization: string | null;
  language: string;
  /** By `performance.now()`. */
  at: number;
}

declare global {
  interface Window {
    asked?: Record<string, Asked>;
  }
}

/** Whatever takes longer than this to be wanted is asked anew. */
const FRESH_MS = 10_000;

/** As `fetch`, with the answer that is under way where there is one. */
export function ask(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const url = pathname + search;
  const early = window.asked?.[url];
  if (request.method !== 'GET' || early === undefined) return fetch(request);
  delete window.asked![url];
  const same =
    early.authorization === request.headers.get('authorization') &&
    early.language === request.headers.get('accept-language') &&
    performance.now() - early.at < FRESH_MS;
  return same ? Promise.race([early.answer, ended(request.signal)]) : fetch(request);
}

const ended = (signal: AbortSignal) =>
  new Promise<never>((_, end) => {
    signal.addEventListener('abort', () => end(signal.reason));
  });
