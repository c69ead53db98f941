// Long work in pieces: between two of them the browser answers taps and keys, and paints.

/** The next task of the page; at once where nobody looks, for the timers of hidden pages are slow. */
export const nextTask = () =>
  new Promise<void>((done) => {
    if (document.hidden) done();
    else setTimeout(done);
  });

/** No part of a page waits longer than this for a rest, in milliseconds. */
const REST_MS = 50;

/** A task when what was shown before has been painted, so that the two do not hold up each other. */
const rest = () =>
  document.hidden || typeof requestIdleCallback !== 'function'
    ? nextTask()
    : new Promise<void>((done) => requestIdleCallback(() => done(), { timeout: REST_MS }));

/** What waits for a task of its own. */
const waiting: (() => void)[] = [];
/** Where among them the next one goes. */
let place = 0;
let working = false;

/**
 * Does `work` in a task of its own, after what waits already; what begins to wait with it goes before the
 * rest, so that the parts of a page come in the order in which they stand. Gives what takes it back.
 */
export function inTurn(work: () => void): () => void {
  waiting.splice(place++, 0, work);
  if (!working) void workOff();
  return () => {
    const at = waiting.indexOf(work);
    if (at < 0) return;
    waiting.splice(at, 1);
    if (at < place) place -= 1;
  };
}

/**
 * Makes a field for text one for a local time in its turn. What a browser builds for one (parts, calendar,
 * words of the language) takes a phone a thirtieth of a second; value and size stay.
 */
export const ofTime = (field: HTMLInputElement) => inTurn(() => (field.type = 'datetime-local'));

async function workOff(): Promise<void> {
  working = true;
  for (;;) {
    await rest();
    place = 0;
    const work = waiting.shift();
    if (!work) break;
    try {
      work();
    } catch (error) {
      // Of what fails is told; what waits behind it comes all the same.
      reportError(error);
    }
  }
  working = false;
}
