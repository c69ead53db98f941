// The portal is a static shell: everything is rendered in the browser from the node's API.
import { preferred, speak } from '$lib/i18n/language.svelte';

export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';

/** Nothing is shown before the texts of the chosen language are there. */
export const load = () => speak(preferred());
