// The portal is a static shell: everything is rendered in the browser from the node's API.
import type { LayoutLoad } from './$types';
import { preferred, speak } from '$lib/i18n/language.svelte';
import { needed } from '$lib/i18n/needed';

export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';

/** Nothing is shown before its texts are there in the chosen language. */
export const load: LayoutLoad = ({ url }) => speak(preferred(), needed(url.pathname));
