// Texts that load only with the pages that show them.
import { cases } from './en.cases';
import { localised } from './language.svelte';

export const t: typeof cases = localised('cases', cases);
