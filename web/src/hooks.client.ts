// What happens to an error no page caught: it is shown by `+error.svelte`, and told to the console
// unless it is only an address that leads nowhere.
import type { HandleClientError } from '@sveltejs/kit';

export const handleError: HandleClientError = ({ error, status, message }) => {
  // eslint-disable-next-line no-console -- the one place where an unexpected error is told
  if (status !== 404) console.error(error);
  return { message };
};
