// People who sign in, apart from the session: what every page loads before it answers is kept
// small, and a scanner's counter has a key.
import { Client, type Failure } from './api/client';
import { session } from './session.svelte';

/** Finds out whether somebody has signed in at this browser, and where people sign in. */
export async function meet(): Promise<void> {
  try {
    const client = new Client(null);
    const found = await client.signedIn();
    session.signIn = found.sign_in ?? null;
    if (session.keyed || !found.session) return;
    const me = await client.me();
    if (session.keyed) return;
    session.person = found.session;
    session.me = me;
  } catch (failure) {
    session.notice(failure as Failure);
  }
}

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
