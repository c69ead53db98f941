// A person begins at the counter, in whose language only everyday texts are there, and goes on to pages
// that say more: those texts must come then, and with every language chosen afterwards.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('a language', () => {
  beforeEach(() => {
    vi.resetModules();
    vi.stubGlobal('document', { documentElement: { lang: '' } });
    vi.stubGlobal('localStorage', { setItem: () => {} });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('brings the texts of the other pages with the first of these', async () => {
    const { choose, speak } = await import('./language.svelte');
    const { t: counter } = await import('./counter');
    const { t: cases } = await import('./cases');
    const english = cases.inbox.title;
    await speak('de', false);
    expect(document.documentElement.lang).toBe('de');
    expect(counter).toHaveProperty('camera', (await import('./de/counter')).counter.camera);
    expect(cases.inbox.title).toBe(english);
    await speak('de', true);
    expect(cases.inbox.title).toBe((await import('./de/cases')).cases.inbox.title);
    await choose('fr');
    expect(cases.inbox.title).toBe((await import('./fr/cases')).cases.inbox.title);
    await speak('en', false);
    expect(cases.inbox.title).toBe(english);
  });
});
