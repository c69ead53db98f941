// French for the counter and for what stands on every page: one file that loads before anything is shown.
import type { Everyday } from '../translation';
import { common } from './common';
import { counter } from './counter';
import { omnibox } from './omnibox';
import { shell } from './shell';

export const everyday: Everyday = { common, counter, omnibox, shell };
