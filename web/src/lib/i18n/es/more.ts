// Spanish for every page but the counter: one file that loads with the first of them.
import type { More } from '../translation';
import { admin } from './admin';
import { cases } from './cases';
import { ledger } from './ledger';
import { recall } from './recall';
import { scanner } from './scanner';
import { share } from './share';
import { trace } from './trace';

export const more: More = { admin, cases, ledger, recall, scanner, share, trace };
