// Checks a proof in this browser: that the log signed the checkpoint, and that a leaf which names
// the block stands under it (C2SP tlog-proof and signed-note, RFC 9162 section 2.1.3). The browser's
// own cryptography does the work; the node's word counts for nothing but the file it gave. It is the
// fallback of `verify.ts` and the shorter check: the block's signature, its items, witnesses and the
// keys that the file brings along are left to the verifier proper.

import { base64, hex, signatureOf, signed, verifierKey, type NoteSignature } from './note';

export const STEPS = ['form', 'signature', 'inclusion', 'block'] as const;
export type Step = (typeof STEPS)[number];

export interface Report {
  ok: boolean;
  /** The first step that does not hold; those after it were not reached. */
  failed: Step | null;
  /** Leaves under the checkpoint, once its form is known. */
  size: number | null;
}

interface Parsed {
  leaf: Uint8Array;
  index: number;
  path: Uint8Array[];
  signedText: string;
  size: number;
  root: Uint8Array;
  signatures: NoteSignature[];
}

const SIZE_MAX = 2 ** 53 - 1;

/** Whether this browser has what a check needs. */
export async function supported(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}

/** Checks that `file` proves `block` under the log whose verifier key is `vkey`. */
export async function check(file: string, block: string, vkey: string): Promise<Report> {
  const proof = parse(file);
  if (proof === null) return { ok: false, failed: 'form', size: null };
  const fails = (failed: Step): Report => ({ ok: false, failed, size: proof.size });
  if (!(await signedBy(proof, vkey))) return fails('signature');
  if (!(await included(proof))) return fails('inclusion');
  if (!names(proof.leaf, block)) return fails('block');
  return { ok: true, failed: null, size: proof.size };
}

/** The parts of a proof file; `null` where its form is another. */
function parse(file: string): Parsed | null {
  const cut = file.indexOf('\n\n');
  const [head, ...rest] = cut < 0 ? [''] : file.slice(0, cut).split('\n');
  const note = file.slice(cut + 2);
  const end = note.indexOf('\n\n');
  if (head !== 'c2sp.org/tlog-proof@v1' || end < 0 || !file.endsWith('\n')) return null;
  const [extraLine = '', indexLine = '', ...hashes] = rest;
  const extra = base64(/^extra (\S+)$/.exec(extraLine)?.[1]);
  const index = decimal(/^index (\S+)$/.exec(indexLine)?.[1]);
  const path = hashes.map((line) => base64(line));
  const [origin = '', sizeLine, rootLine] = note.slice(0, end).split('\n');
  const [size, root] = [decimal(sizeLine), base64(rootLine)];
  const leaf = extra && leafOf(extra);
  const signatures = note
    .slice(end + 2)
    .split('\n')
    .filter(Boolean)
    .map(signatureOf);
  if (!leaf || index === null || size === null || origin === '' || root?.length !== 32) return null;
  if (!path.every((each) => each?.length === 32)) return null;
  if (signatures.length === 0 || !signatures.every((each) => each !== null)) return null;
  const signedText = note.slice(0, end + 1);
  return { leaf, index, path: path as Uint8Array[], signedText, size, root, signatures };
}

/** `86 01 <genesis> <statement> <leaf> ...`: the third byte string of the array. */
function leafOf(extra: Uint8Array): Uint8Array | null {
  if (extra[0] !== 0x86 || extra[1] !== 0x01) return null;
  let at = 2;
  for (let nth = 0; nth < 3; nth++) {
    const [length, header] = byteString(extra, at) ?? [-1, 0];
    if (length < 0 || at + header + length > extra.length) return null;
    if (nth === 2) return extra.slice(at + header, at + header + length);
    at += header + length;
  }
  return null;
}

/** Length and header length of a CBOR byte string (RFC 8949, major type 2) at `at`. */
function byteString(bytes: Uint8Array, at: number): [length: number, header: number] | null {
  const first = bytes[at] ?? 0;
  if (first >> 5 !== 2) return null;
  const kind = first & 0x1f;
  if (kind < 24) return [kind, 1];
  const width = { 24: 1, 25: 2, 26: 4 }[kind];
  if (width === undefined || at + width >= bytes.length) return null;
  let length = 0;
  for (let nth = 1; nth <= width; nth++) length = length * 256 + bytes[at + nth]!;
  return [length, 1 + width];
}

/** `84 00 58 20 <id> ...`: the leaf of this block. */
function names(leaf: Uint8Array, block: string): boolean {
  const id = [...leaf.slice(4, 36)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const head = [0x84, 0x00, 0x58, 0x20].every((byte, at) => leaf[at] === byte);
  return head && /^[0-9a-f]{64}$/.test(block) && id === block;
}

/** Whether the key of `vkey` signed the checkpoint under the log's own name. */
async function signedBy(proof: Parsed, vkey: string): Promise<boolean> {
  const key = verifierKey(vkey);
  if (key === null || proof.signedText.split('\n')[0] !== key.name) return false;
  return signed(proof.signedText, proof.signatures, key);
}

/** RFC 9162 section 2.1.3.2. */
async function included({ leaf, index, path, size, root }: Parsed): Promise<boolean> {
  if (index >= size) return false;
  let [fn, sn] = [index, size - 1];
  let hash = await sha256(Uint8Array.of(0), leaf);
  for (const sibling of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = await sha256(Uint8Array.of(1), sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = await sha256(Uint8Array.of(1), hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hex(hash) === hex(root);
}

const half = (n: number) => Math.floor(n / 2);

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
}

function decimal(text: string | undefined): number | null {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text)) return null;
  const value = Number(text);
  return value <= SIZE_MAX ? value : null;
}
