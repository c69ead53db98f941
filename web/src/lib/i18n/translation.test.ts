// Every language says everything: the same keys at every depth, and each placeholder of an English
// text in its translation. Types check the first for names written out; this also checks records.
import { describe, expect, it } from 'vitest';
import { admin } from './en.admin';
import { cases } from './en.cases';
import { counter } from './en.counter';
import { en } from './en';
import { ledger } from './en.ledger';
import { omnibox } from './en.omnibox';
import { recall } from './en.recall';
import { scanner } from './en.scanner';
import { share } from './en.share';
import { shell } from './en.shell';
import { trace } from './en.trace';
import { everyday as de } from './de';
import { everyday as es } from './es';
import { everyday as fr } from './fr';
import type { Translation } from './translation';

const english = {
  ...{ shell, common: en, cases, counter, admin, ledger, omnibox, recall, scanner, share, trace },
};
const parts = import.meta.glob<object>(
  './{de,fr,es}/{admin,cases,ledger,recall,scanner,share,trace}.ts',
  { eager: true },
);
const more = (language: string) =>
  Object.entries(parts).filter(([path]) => path.startsWith(`./${language}/`));
const spoken = Object.fromEntries(
  Object.entries({ de, fr, es }).map(([language, everyday]) => [
    language,
    Object.assign({}, everyday, ...more(language).map(([, part]) => part)) as Translation,
  ]),
);
/** What stands the same in every language. */
const SAME = /^(theriac |[A-Za-z ]*https:)/;

type Text = string | ((...args: never[]) => string) | Text[] | { [key: string]: Text };

/** Every text by its path; a function is called with values that can be found again. */
function flat(text: Text, path = ''): Map<string, string> {
  if (typeof text === 'string') return new Map([[path, text]]);
  if (typeof text === 'function') {
    // Numbers far apart: those that are written differently by language are told by their digits.
    const args = [7001, 7002, 7003, 7004].slice(0, text.length);
    const texts = args.map((n) => `arg${n}`);
    const said = (values: (string | number)[]) =>
      (text as (...all: unknown[]) => string)(...values);
    let result: string;
    try {
      result = said(texts);
      if (/NaN/.test(result)) result = said(args);
    } catch {
      result = said(args);
    }
    return new Map([[path, result]]);
  }
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(text)) {
    for (const [at, each] of flat(value, `${path}.${key}`)) found.set(at, each);
  }
  return found;
}

const placeholders = (text: string) =>
  [...text.replace(/[.,\u202f\u00a0](?=\d{3})/g, '').matchAll(/arg700\d|700[1-4]/g)]
    .map(([found]) => found.replace('arg', ''))
    .sort();

const all = flat(english as unknown as Text);
for (const [name, translation] of Object.entries(spoken)) {
  describe(`the translation ${name}`, () => {
    const own = flat(translation as unknown as Text);

    it('has every text, and no other', () => {
      expect([...own.keys()].sort()).toEqual([...all.keys()].sort());
      expect([...own].filter(([, text]) => text.trim() === '')).toEqual([]);
    });

    it('keeps every placeholder', () => {
      const lost = [...all]
        .filter(([path, text]) => {
          const kept = new Set(placeholders(own.get(path) ?? ''));
          return placeholders(text).some((each) => !kept.has(each));
        })
        .map(([path]) => path);
      expect(lost).toEqual([]);
    });

    it('is translated: no sentence stands in English', () => {
      const left = [...all].filter(
        ([path, text]) => text.split(' ').length > 3 && !SAME.test(text) && own.get(path) === text,
      );
      expect(left.map(([path]) => path)).toEqual([]);
    });
  });
}
