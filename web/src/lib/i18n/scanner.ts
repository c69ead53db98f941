// Texts that load only with the pages that show them.
import { scanner } from './en.scanner';
import { localised } from './language.svelte';

export const t: typeof scanner = localised('scanner', scanner);
