// The electronic signature of a person: a passkey's answer to a challenge that the node made of
// the very request. With an API key there is none; the key's party signs the record.
import { challenge, type Signing } from './api/calls';
import type { Client } from './api/client';
import { session } from './session.svelte';

const base64url = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** How the one who is connected signs. */
export function signing(client: Client, meaning: Signing['meaning'], signer?: string): Signing {
  if (session.person === null) return { meaning, signer: signer || undefined };
  return {
    meaning,
    seal: async (request, body) => {
      const options = await challenge(client, { request, sha256: await sha256(body), meaning });
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
      const made = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
      if (made === null) throw new Error('no passkey answered');
      return base64url(JSON.stringify(made.toJSON()));
    },
  };
}
