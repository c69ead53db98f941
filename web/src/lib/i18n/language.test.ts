// A person begins at the counter, in whose language only everyday texts are there, and goes on to pages
// that say more: those texts must come then, in whatever order their files do, and with every language
// chosen afterwards.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatAxis, formatClock, formatDate, HERE, UTC } from '../time';
import { LANGUAGES, number, take } from './language.svelte';
import type { Part } from './needed';

const EVERYDAY = { de: () => import('./de'), fr: () => import('./fr'), es: () => import('./es') };

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
    await speak('de', []);
    expect(document.documentElement.lang).toBe('de');
    expect(counter).toHaveProperty('camera', (await import('./de/counter')).counter.camera);
    expect(cases.inbox.title).toBe(english);
    await speak('de', ['cases']);
    expect(cases.inbox.title).toBe((await import('./de/cases')).cases.inbox.title);
    await choose('fr');
    expect(cases.inbox.title).toBe((await import('./fr/cases')).cases.inbox.title);
    await speak('en', []);
    expect(cases.inbox.title).toBe(english);
  });

  it('keeps the texts of each page that was shown', async () => {
    const { speak } = await import('./language.svelte');
    const [{ t: cases }, { t: trace }] = [await import('./cases'), await import('./trace')];
    const german = [
      (await import('./de/cases')).cases.inbox.title,
      (await import('./de/trace')).trace.lanes,
    ];
    const said = () => [cases.inbox.title, trace.lanes];
    await Promise.all([speak('de', ['cases']), speak('de', ['trace'])]);
    expect(said()).toEqual(german);
    await speak('de', []);
    expect(said()).toEqual(german);
  });

  it('stays as it was where its texts cannot be loaded', async () => {
    const { language, speak } = await import('./language.svelte');
    await speak('de', []);
    await speak('fr', ['nowhere' as Part]);
    expect([language(), document.documentElement.lang]).toEqual(['de', 'de']);
  });
});

describe('numbers and times, written without Intl,', () => {
  const tags = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };
  const values = [
    0, 7, 999, 1_000, 1_234, 9_999, 10_000, 1_234_567, 12.5, 1_234.5678, 0.0004, 8.25,
  ];
  const moments = Array.from({ length: 24 }, (_, at) =>
    Date.UTC(2026, at, at + 1, at, 59 - at, at),
  );

  for (const language of LANGUAGES) {
    it(`are what Intl makes of them (${language})`, async () => {
      take(language, language === 'en' ? {} : (await EVERYDAY[language]()).everyday);
      const tag = tags[language];
      for (const value of [...values, ...values.slice(1).map((each) => -each)]) {
        // A nought has no sign here.
        const intl = (options?: Intl.NumberFormatOptions) =>
          value.toLocaleString(tag, { ...options, signDisplay: 'negative' });
        expect(number(value)).toBe(intl());
        for (const digits of [0, 1, 2]) {
          const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
          expect(number(value, digits)).toBe(intl(exactly));
        }
      }
      const day = { day: 'numeric', month: 'short' } as const;
      const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
      for (const ms of moments) {
        const intl = (options: Intl.DateTimeFormatOptions, timeZone?: string) =>
          new Intl.DateTimeFormat(tag, { ...options, timeZone }).format(ms);
        const full = { ...day, year: 'numeric', ...clock } as const;
        expect(formatClock(ms, UTC)).toBe(intl(full, 'UTC'));
        expect(formatClock(ms, HERE)).toBe(intl(full));
        expect(formatClock(ms, UTC, true)).toBe(intl({ ...full, second: '2-digit' }, 'UTC'));
        expect(formatAxis([ms], UTC)).toEqual([`${intl(clock, 'UTC')}\n${intl(day, 'UTC')}`]);
        const date = new Date(ms).toISOString().slice(0, 10);
        expect(formatDate(date)).toBe(intl({ ...day, year: 'numeric' }, 'UTC'));
      }
    });
  }
});
