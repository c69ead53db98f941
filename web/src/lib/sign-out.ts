// Signing a person out: apart from the session, because only the dialog that is loaded on demand
// offers it, and what every page loads is kept small.
import { Client, type Failure } from './api/client';
import { session } from './session.svelte';

/** Ends the person's session at the node, and where it says so at the identity provider; without an
 * answer nobody is signed out. */
export async function signOut(): Promise<void> {
  let end: string | null | undefined;
  try {
    end = (await new Client(null).signOut()).end_session_url;
  } catch (failure) {
    session.notice(failure as Failure);
    return;
  }
  session.person = null;
  session.disconnect();
  if (end) location.assign(end);
}
