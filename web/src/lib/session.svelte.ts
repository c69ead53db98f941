// Who is connected: by a key, or as a person who has signed in. The key lives in this tab only
// (sessionStorage), is sent in a header, and is taken out of the address bar at once when a link
// carries it in the fragment. A person's session is a cookie that no script sees.
import { browser } from '$app/environment';
import { Client, Failure } from './api/client';
import type { Me, SignedIn } from './api/types';
import { KEPT, keyOfLink, looksLikeKey } from './api/key';

class Session {
  #key = $state<string | null>(null);
  /** The person's session; a key goes before it. */
  person = $state.raw<SignedIn['session']>(null);
  /** Where people sign in; null where the node has no identity provider. */
  signIn = $state<string | null>(null);
  me = $state.raw<Me | null>(null);
  /** Whether the last exchange with the node worked; `false` also while the computer is offline. */
  online = $state(true);
  dialogOpen = $state(false);

  keyed = $derived(this.#key !== null);
  connected = $derived(this.keyed || this.person !== null);
  /** Whoever is connected, as a name that is no secret. */
  owner = $derived(this.#key?.slice(0, 12) ?? this.person?.person ?? null);
  client = $derived(this.connected ? new Client(this.#key) : null);

  /** Takes the key of the link or of this tab; runs once, when the shell starts. */
  start(): void {
    if (!browser) return;
    this.online = navigator.onLine;
    window.addEventListener('online', () => (this.online = true));
    window.addEventListener('offline', () => (this.online = false));
    window.addEventListener('hashchange', () => this.#takeFromLink());
    this.#takeFromLink();
    const stored = sessionStorage.getItem(KEPT);
    if (this.#key === null && stored) this.#adopt(stored);
    import('./person').then(
      ({ meet }) => meet(),
      () => (this.online = false),
    );
  }

  /** Tries a key; adopts it if the node knows it. Throws `Failure` otherwise. */
  async connect(key: string): Promise<void> {
    const me = await new Client(key.trim()).me();
    this.#key = key.trim();
    sessionStorage.setItem(KEPT, this.#key);
    this.person = null;
    this.me = me;
    this.online = true;
  }

  /** Forgets the key; a person is signed out in `person`. */
  disconnect(): void {
    this.#key = null;
    this.me = null;
    sessionStorage.clear();
  }

  /** Notes what a failure says about the connection and the key. */
  notice(failure: Failure | null): void {
    if (failure === null) this.online = true;
    else if (failure.kind === 'offline') this.online = false;
  }

  #takeFromLink(): void {
    const key = keyOfLink(location.hash);
    if (key === null) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    if (looksLikeKey(key)) this.#adopt(key.trim());
  }

  #adopt(key: string): void {
    this.#key = key;
    this.person = null;
    sessionStorage.setItem(KEPT, key);
    new Client(key).me().then(
      (me) => {
        if (this.#key === key) this.me = me;
      },
      (failure: Failure) => {
        if (this.#key !== key) return;
        this.notice(failure);
        if (failure.kind === 'unauthorized') {
          this.disconnect();
          this.dialogOpen = true;
        }
      },
    );
  }
}

export const session = new Session();
