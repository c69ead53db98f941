// Texts that load only with the pages that show them.
import { share } from './en.share';
import { localised } from './language.svelte';

export const t: typeof share = localised('share', share);
