// Long work in pieces: between two of them the browser answers taps and keys, and paints.

/** The next task of the page; at once where nobody looks, for the timers of hidden pages are slow. */
export const nextTask = () =>
  new Promise<void>((done) => {
    if (document.hidden) done();
    else setTimeout(done);
  });
