// The portal is a static shell: everything is rendered in the browser from the node's API.
export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';
