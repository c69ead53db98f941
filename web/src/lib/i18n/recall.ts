// Texts that load only with the pages that show them.
import { recall } from './en.recall';
import { localised } from './language.svelte';

export const t: typeof recall = localised('recall', recall);
