// Which language is wanted. Apart from the texts, because it is known before they are there.

export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Where the choice of a person is kept. */
export const CHOSEN = 'theriac.language';

const isLanguage = (text: unknown): text is Language => LANGUAGES.includes(text as Language);

/** The language a person chose here, else the first of the browser's that is spoken. */
export function preferred(): Language {
  const stored = localStorage.getItem(CHOSEN);
  if (isLanguage(stored)) return stored;
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find(isLanguage) ?? 'en';
}
