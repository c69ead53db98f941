// Which language the portal speaks. English is in the bundle of each page; another language is one file
// of what every page needs, and one for each further part (`needed.ts`). Each loads once, before anything
// is shown that needs it. Texts are looked up when they are used, so that a page which is built anew
// speaks the language chosen since.
import type { Part } from './needed';
import { CHOSEN, type Language } from './preferred';
import type { More, Translation } from './translation';

export { LANGUAGES, preferred, type Language } from './preferred';

/** What people call their languages. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Fran\u00e7ais',
  es: 'Espa\u00f1ol',
};

/** What parts thousands and decimals, and from how many digits on the first is written. */
const WRITTEN: Record<Language, { thousand: string; decimal: string; from: number }> = {
  en: { thousand: ',', decimal: '.', from: 4 },
  de: { thousand: '.', decimal: ',', from: 4 },
  fr: { thousand: '\u202f', decimal: ',', from: 4 },
  es: { thousand: '.', decimal: ',', from: 5 },
};
const EVERYDAY = {
  de: async () => (await import('./de')).everyday,
  fr: async () => (await import('./fr')).everyday,
  es: async () => (await import('./es')).everyday,
};
/** Each gives the texts of its part by the name of the part. */
const MORE = import.meta.glob<Partial<More>>(
  './{de,fr,es}/{admin,cases,ledger,recall,scanner,share,trace}.ts',
);

let overlay: Partial<Translation> = {};
/** The parts of all pages that have been shown. */
let parts: Part[] = [];
const spoken = $state<{ language: Language }>({ language: 'en' });

/** The language whose texts are shown now. */
export const language = (): Language => spoken.language;

/**
 * Loads a language, with the texts of `more` and of all parts asked for before, and speaks it; what cannot
 * be loaded leaves the one before.
 */
export async function speak(wanted: Language, more: readonly Part[]): Promise<void> {
  parts = [...parts, ...more.filter((part) => !parts.includes(part))];
  const spokenAlready = wanted === spoken.language && wanted === document.documentElement.lang;
  if (spokenAlready && (wanted === 'en' || parts.every((part) => part in overlay))) return;
  try {
    const loaded = wanted === 'en' ? {} : await texts(wanted);
    // Another page may have brought texts of this language meanwhile.
    take(wanted, wanted === spoken.language ? { ...overlay, ...loaded } : loaded);
  } catch {
    return;
  }
  document.documentElement.lang = wanted;
}

async function texts(wanted: Exclude<Language, 'en'>): Promise<Partial<Translation>> {
  const files = parts.map((part) => MORE[`./${wanted}/${part}.ts`]!());
  const [everyday, ...more] = await Promise.all([EVERYDAY[wanted](), ...files]);
  return Object.assign({}, everyday, ...more) as Partial<Translation>;
}

/** Speaks `wanted`, whose texts are `texts`. */
export function take(wanted: Language, texts: Partial<Translation>): void {
  overlay = texts;
  spoken.language = wanted;
}

/** Speaks `wanted` from now on, on this computer. */
export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(CHOSEN, wanted);
  await speak(wanted, []);
}

/** The texts `english`, under `name` in each translation, in the language spoken. */
export function localised<T extends object>(name: keyof Translation, english: T): T {
  return new Proxy(english, {
    get: (base, key) => Reflect.get(overlay[name] ?? base, key) ?? Reflect.get(base, key),
  });
}

/**
 * A number with the thousands parted as the language does, with `digits` decimals, else up to three.
 * Not by `Intl`, whose first use stops a phone for a tenth of a second.
 */
export function number(value: number, digits?: number): string {
  const { thousand, decimal, from } = WRITTEN[spoken.language];
  const size = Math.abs(value);
  const text = digits === undefined ? String(Math.round(size * 1000) / 1000) : size.toFixed(digits);
  const [whole = '', rest] = text.split('.');
  const parted = whole.length < from ? whole : whole.replace(/\B(?=(\d{3})+$)/g, thousand);
  const sign = value < 0 && /[1-9]/.test(text) ? '-' : '';
  return sign + parted + (rest === undefined ? '' : decimal + rest);
}
