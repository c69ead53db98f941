// Which language the portal speaks. English is in the bundle of each page; another language is two
// files, one for the counter, which waits for no other, and one for all other pages. Each loads once,
// before anything is shown that needs it. Texts are looked up when they are used, so that a page which
// is built anew speaks the language chosen since.
import { CHOSEN, type Language } from './preferred';
import type { Translation } from './translation';

export { LANGUAGES, preferred, type Language } from './preferred';

/** What people call their languages. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Fran\u00e7ais',
  es: 'Espa\u00f1ol',
};

const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };
const EVERYDAY = {
  de: async () => (await import('./de')).everyday,
  fr: async () => (await import('./fr')).everyday,
  es: async () => (await import('./es')).everyday,
};
const MORE = {
  de: async () => (await import('./de/more')).more,
  fr: async () => (await import('./fr/more')).more,
  es: async () => (await import('./es/more')).more,
};

let overlay: Partial<Translation> = {};
let locale = LOCALES.en;
/** Whether a page has been shown that needs all texts. */
let whole = false;
const spoken = $state<{ language: Language }>({ language: 'en' });

/** The language whose texts are shown now. */
export const language = (): Language => spoken.language;

/**
 * Loads a language, with the texts of every page if `all`, and speaks it; what cannot be loaded leaves
 * the one before.
 */
export async function speak(wanted: Language, all: boolean): Promise<void> {
  whole ||= all;
  const spokenAlready = wanted === spoken.language && wanted === document.documentElement.lang;
  if (spokenAlready && (!whole || wanted === 'en' || 'cases' in overlay)) return;
  try {
    take(wanted, wanted === 'en' ? {} : await texts(wanted));
  } catch {
    return;
  }
  document.documentElement.lang = wanted;
}

async function texts(wanted: Exclude<Language, 'en'>): Promise<Partial<Translation>> {
  const [everyday, more] = await Promise.all([EVERYDAY[wanted](), whole ? MORE[wanted]() : {}]);
  return { ...everyday, ...more };
}

/** Speaks `wanted`, whose texts are `texts`. */
export function take(wanted: Language, texts: Partial<Translation>): void {
  overlay = texts;
  locale = LOCALES[wanted];
  spoken.language = wanted;
}

/** Speaks `wanted` from now on, on this computer. */
export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(CHOSEN, wanted);
  await speak(wanted, whole);
}

/** The texts `english`, under `name` in each translation, in the language spoken. */
export function localised<T extends object>(name: keyof Translation, english: T): T {
  return new Proxy(english, {
    get: (base, key) => Reflect.get(overlay[name] ?? base, key) ?? Reflect.get(base, key),
  });
}

/** The BCP 47 tag by which dates and numbers are written. */
export const localeTag = (): string => locale;

/** A number with the thousands parted as the language does. */
export const number = (value: number, digits?: number): string =>
  value.toLocaleString(
    locale,
    digits === undefined
      ? undefined
      : { minimumFractionDigits: digits, maximumFractionDigits: digits },
  );
