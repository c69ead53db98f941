// Signed notes (C2SP signed-note) and the keys that check them (vkey), with the browser's own
// cryptography. What a note says is for its reader: of a checkpoint, or of a recall list.

export interface NoteSignature {
  name: string;
  /** Short id of the key (4 bytes) and the signature. */
  bytes: Uint8Array;
}

export interface VerifierKey {
  name: string;
  /** Short id, 8 hex digits. */
  id: string;
  /** Ed25519 public key. */
  raw: Uint8Array;
}

/** A note taken apart; nothing is checked but its form. */
export interface Note {
  /** The signed text, with its last newline. */
  text: string;
  signatures: NoteSignature[];
}

/** Takes a note apart; `null` where it is none. */
export function noteOf(note: string): Note | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  const signatures = note
    .slice(end + 2, -1)
    .split('\n')
    .map(signatureOf);
  if (!signatures.every((each) => each !== null)) return null;
  return { text: note.slice(0, end + 1), signatures };
}

/** One signature line: an em dash, the name of the key, base64. */
export function signatureOf(line: string): NoteSignature | null {
  const [, name = '', text] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = base64(text);
  return bytes && bytes.length > 4 ? { name, bytes } : null;
}

/** `name+id+base64(0x01 | key)`; `null` for another form or another kind of key. */
export function verifierKey(vkey: string): VerifierKey | null {
  const [, name, id, text] = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const key = base64(text);
  if (!name || !id || key?.length !== 33 || key[0] !== 1) return null;
  return { name, id, raw: key.slice(1) };
}

/** Whether one of the signatures is by the key and holds for the text. */
export async function signed(
  text: string,
  signatures: NoteSignature[],
  { name, id, raw }: VerifierKey,
): Promise<boolean> {
  const own = signatures.find((each) => each.name === name && hex(each.bytes.slice(0, 4)) === id);
  if (own?.bytes.length !== 68) return false;
  const usage = ['verify'] as const;
  const key = await crypto.subtle.importKey('raw', new Uint8Array(raw), 'Ed25519', false, usage);
  const message = new TextEncoder().encode(text);
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(own.bytes.slice(4)), message);
}

export const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Bytes in the one form that encodes them (RFC 4648, 3.5): with padding, and no bits to spare. */
export function base64(text: string | undefined): Uint8Array | null {
  if (!text) return null;
  try {
    const bytes = atob(text);
    if (btoa(bytes) !== text) return null;
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
