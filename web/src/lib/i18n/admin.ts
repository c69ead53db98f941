// Texts that load only with the pages that show them.
import { admin } from './en.admin';
import { localised } from './language.svelte';

export const t: typeof admin = localised('admin', admin);
