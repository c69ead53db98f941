// Which language the portal speaks. English is in the bundle of each page; another language is one
// file, loaded once before anything is shown. Texts are looked up when they are used, so that a
// page which is built anew speaks the language chosen since.
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
const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<{ translation: Translation }>> = {
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
};

let overlay: Partial<Translation> = {};
let locale = LOCALES.en;
const spoken = $state<{ language: Language }>({ language: 'en' });

/** The language whose texts are shown now. */
export const language = (): Language => spoken.language;

/** Loads a language and speaks it; what cannot be loaded leaves the one before. */
export async function speak(wanted: Language): Promise<void> {
  if (wanted !== spoken.language || wanted !== document.documentElement.lang) {
    try {
      take(wanted, wanted === 'en' ? {} : (await LOADERS[wanted]()).translation);
    } catch {
      return;
    }
    document.documentElement.lang = wanted;
  }
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
  await speak(wanted);
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
