// The texts of the portal. English is the catalogue and its type; a translation is another value
// of `Translation`, so the compiler finds a text or a placeholder that is missing.
import { en } from './en';
import { localised } from './language.svelte';

export type Messages = typeof en;

export const t: Messages = localised('common', en);
