// Which language the portal speaks. English is in the bundle of each page; another language is one
// file, loaded once before anything is shown. Texts are looked up when they are used, so that a
// page which is built anew speaks the language chosen since.
import type { Translation } from './translation';

export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What people call their languages. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Fran\u00e7ais',
  es: 'Espa\u00f1ol',
};

const STORED = 'theriac.language';
const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };
const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<{ translation: Translation }>> = {
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
};

let overlay: Partial<Translation> = {};
let locale = LOCALES.en;
const spoken = $state<{ language: Language }>({ language: 'en' });

const isLanguage = (text: unknown): text is Language => LANGUAGES.includes(text as Language);

/** The language whose texts are shown now. */
export const language = (): Language => spoken.language;

/** The language a person chose here, else the first of the browser's that is spoken. */
export function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (isLanguage(stored)) return stored;
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find(isLanguage) ?? 'en';
}

/** Loads a language and speaks it; what cannot be loaded leaves the one before. */
export async function speak(wanted: Language): Promise<void> {
  if (wanted !== spoken.language || wanted !== document.documentElement.lang) {
    try {
      overlay = wanted === 'en' ? {} : (await LOADERS[wanted]()).translation;
    } catch {
      return;
    }
    locale = LOCALES[wanted];
    document.documentElement.lang = wanted;
    spoken.language = wanted;
  }
}

/** Speaks `wanted` from now on, on this computer. */
export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(STORED, wanted);
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
