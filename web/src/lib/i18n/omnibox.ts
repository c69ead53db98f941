// Texts that load when somebody types into the omnibox.
import { omnibox } from './en.omnibox';
import { localised } from './language.svelte';

export const t: typeof omnibox = localised('omnibox', omnibox);
