// Texts that load only with the pages that show them.
import { trace } from './en.trace';
import { localised } from './language.svelte';

export const t: typeof trace = localised('trace', trace);
