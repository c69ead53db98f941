// The check against logs that the test makes: trees of every small size, and every kind of damage.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { check, supported } from './check';

const NAME = 'log.example/test';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const typed = Buffer.concat([Buffer.of(1), raw]);
const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const id = sha(Buffer.from(`${NAME}\n`), typed).subarray(0, 4);
const VKEY = `${NAME}+${id.toString('hex')}+${typed.toString('base64')}`;

const blockOf = (n: number) => sha(Buffer.from(`block ${n}`));
const leafOf = (n: number) =>
  Buffer.concat([
    Buffer.from([0x84, 0x00, 0x58, 0x20]),
    blockOf(n),
    Buffer.from([0x01, 0x81, 0x00]),
  ]);
const leafHash = (n: number) => sha(Buffer.of(0), leafOf(n));

/** Root and path by the recursive definition of RFC 9162, section 2.1.1 and 2.1.3.1. */
function root(from: number, to: number): Buffer {
  if (to - from === 1) return leafHash(from);
  const split = splitOf(to - from);
  return sha(Buffer.of(1), root(from, from + split), root(from + split, to));
}
function path(index: number, from: number, to: number): Buffer[] {
  if (to - from === 1) return [];
  const split = splitOf(to - from);
  return index < split
    ? [...path(index, from, from + split), root(from + split, to)]
    : [...path(index - split, from + split, to), root(from, from + split)];
}
const splitOf = (n: number) => 2 ** Math.floor(Math.log2(n - 1));

const bytes = (content: Buffer) =>
  Buffer.concat([
    content.length < 24
      ? Buffer.of(0x40 + content.length)
      : content.length < 256
        ? Buffer.of(0x58, content.length)
        : Buffer.of(0x59, content.length >> 8, content.length & 255),
    content,
  ]);

function proof(index: number, size: number): string {
  const parts = [Buffer.alloc(10), Buffer.alloc(300), leafOf(index)].map(bytes);
  const extra = Buffer.concat([Buffer.of(0x86, 0x01), ...parts, Buffer.of(0x80, 0x80)]);
  const note = `${NAME}\n${size}\n${root(0, size).toString('base64')}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(note), privateKey)]);
  return [
    'c2sp.org/tlog-proof@v1',
    `extra ${extra.toString('base64')}`,
    `index ${index}`,
    ...path(index, 0, size).map((hash) => hash.toString('base64')),
    '',
    `${note}`,
    `\u2014 ${NAME} ${signature.toString('base64')}\n`,
  ].join('\n');
}

const failed = async (file: string, block = blockOf(3).toString('hex'), vkey = VKEY) =>
  (await check(file, block, vkey)).failed;

describe('a proof checked in the browser', () => {
  beforeAll(async () => expect(await supported()).toBe(true));

  it('holds for every leaf of every small log', async () => {
    for (let size = 1; size <= 17; size++) {
      for (let index = 0; index < size; index++) {
        const report = await check(proof(index, size), blockOf(index).toString('hex'), VKEY);
        expect(report, `leaf ${index} of ${size}`).toEqual({ ok: true, failed: null, size });
      }
    }
  });

  it('agrees with a proof that the ledger itself made', async () => {
    const own = (name: string) => readFileSync(`../fixtures/blocks/${name}`, 'utf8').trimEnd();
    const file = `${own('proof.tlog-proof')}\n`;
    // Of another block, so that every step before the last holds.
    expect(await failed(file, '0'.repeat(64), own('log.vkey'))).toBe('block');
    expect(await failed(file, '0'.repeat(64), VKEY)).toBe('signature');
  });

  it('says which step a damaged one fails', async () => {
    const good = proof(3, 7);
    expect(await failed(good)).toBeNull();
    expect(await failed(good, blockOf(4).toString('hex'))).toBe('block');
    expect(await failed(good.replace('index 3', 'index 2'))).toBe('inclusion');
    expect(await failed(good.replace('index 3', 'index 9'))).toBe('inclusion');
    expect(await failed(good.replace('\n7\n', '\n8\n'))).toBe('signature');
    const lines = good.split('\n');
    expect(await failed([...lines.slice(0, 3), ...lines.slice(4)].join('\n'))).toBe('inclusion');
    const twice = [...lines.slice(0, 4), ...lines.slice(3)].join('\n');
    expect(await failed(twice)).toBe('inclusion');
  });

  it('is not fooled by another key', async () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    const foreign = Buffer.concat([
      Buffer.of(1),
      other.export({ format: 'der', type: 'spki' }).subarray(-32),
    ]);
    const vkey = `${NAME}+${id.toString('hex')}+${foreign.toString('base64')}`;
    expect(await failed(proof(3, 7), undefined, vkey)).toBe('signature');
    expect(await failed(proof(3, 7), undefined, VKEY.replace(NAME, 'log.example/x'))).toBe(
      'signature',
    );
    expect(await failed(proof(3, 7), undefined, 'nonsense')).toBe('signature');
  });

  it('never holds when a byte is changed, and never throws', async () => {
    const good = proof(3, 7);
    const block = blockOf(3).toString('hex');
    const from = good.indexOf('index');
    for (let at = from; at < good.length - 1; at += 3) {
      const other = good[at] === 'A' ? 'B' : 'A';
      const { ok } = await check(good.slice(0, at) + other + good.slice(at + 1), block, VKEY);
      // The last character of a base64 text may hold bits that mean nothing.
      const slack = good[at + 1] === '=' || (good[at + 1] === '\n' && good[at] !== '=');
      if (!slack) expect(ok, `byte ${at}`).toBe(false);
    }
    for (let end = 0; end < good.length - 2; end += 7) {
      expect((await check(good.slice(0, end), block, VKEY)).ok).toBe(false);
    }
  });
});
