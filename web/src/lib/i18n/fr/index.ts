// French: all catalogues, in one file that loads once.
import type { Translation } from '../translation';
import { admin } from './admin';
import { cases } from './cases';
import { common } from './common';
import { counter } from './counter';
import { ledger } from './ledger';
import { omnibox } from './omnibox';
import { recall } from './recall';
import { scanner } from './scanner';
import { share } from './share';
import { shell } from './shell';
import { trace } from './trace';

export const translation: Translation = {
  share,
  shell,
  common,
  cases,
  counter,
  admin,
  ledger,
  omnibox,
  recall,
  scanner,
  trace,
};
