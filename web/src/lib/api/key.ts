// An API key as links and this tab carry it. Apart from the session, because the first script of a
// page needs it before the session is there.

/** Where this tab keeps its key. */
export const KEPT = 'theriac.key';

const FORM = /^thr_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/;

export const looksLikeKey = (text: string) => FORM.test(text.trim());

/** The key in the fragment of an address, whatever it looks like. */
export const keyOfLink = (hash: string) => new URLSearchParams(hash.slice(1)).get('key');
