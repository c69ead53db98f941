// Texts that load only with the pages that show them.
import { ledger } from './en.ledger';
import { localised } from './language.svelte';

export const t: typeof ledger = localised('ledger', ledger);
