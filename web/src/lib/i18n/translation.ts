// What a translation is: every catalogue of the portal, with the same keys and placeholders.
import type { admin } from './en.admin';
import type { cases } from './en.cases';
import type { counter } from './en.counter';
import type { en } from './en';
import type { ledger } from './en.ledger';
import type { omnibox } from './en.omnibox';
import type { recall } from './en.recall';
import type { scanner } from './en.scanner';
import type { share } from './en.share';
import type { shell } from './en.shell';
import type { trace } from './en.trace';

/** What the counter says and what stands on every page. */
export interface Everyday {
  shell: typeof shell;
  common: typeof en;
  counter: typeof counter;
  omnibox: typeof omnibox;
}

/** What every other page says. */
export interface More {
  cases: typeof cases;
  admin: typeof admin;
  ledger: typeof ledger;
  recall: typeof recall;
  scanner: typeof scanner;
  share: typeof share;
  trace: typeof trace;
}

export type Translation = Everyday & More;
