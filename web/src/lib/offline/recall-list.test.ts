// Lists that the test signs, and every way in which one may not be what it says.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ageOf, later, lookUp, readRecallList, type RecallList } from './recall-list';

const NAME = 'log.example/test';
const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function keyOf(name = NAME) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const id = sha(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  const vkey = `${name}+${id.toString('hex')}+${typed.toString('base64')}`;
  return { name, id, privateKey, vkey };
}
const own = keyOf();

function note(text: string, key = own): string {
  const signature = Buffer.concat([key.id, sign(null, Buffer.from(text), key.privateKey)]);
  return `${text}\n\u2014 ${key.name} ${signature.toString('base64')}\n`;
}

const lots = [
  {
    gtin: '09506000134352',
    lot: 'LOT1',
    at: '2026-11-21T08:00:00.000Z',
    level: 'patient',
    reason: 'seal \u2014 \u201copen\u201d',
  },
  { gtin: '09506000134369', lot: 'A/1%+', at: '2026-11-20T08:00:00.000Z', reason: '' },
];
const said = {
  issued_at: '2026-11-21T10:00:00.000Z',
  log: NAME,
  lots,
  products: [{ gtin: '09506000199993', at: '2026-11-20T08:00:00.000Z', reason: 'licence' }],
  size: 12,
  valid_until: '2026-11-22T10:00:00.000Z',
};
const bodyOf = (change: object = {}) =>
  `theriac recall list v1\n${JSON.stringify({ ...said, ...change })}\n`;
const ISSUED = Date.parse(said.issued_at);
const HOUR = 3_600_000;

async function good(change: object = {}): Promise<RecallList> {
  const read = await readRecallList(note(bodyOf(change)), own.vkey);
  if (!read.ok) throw new Error(read.fault);
  return read.list;
}
const fault = async (text: string, vkey = own.vkey) => {
  const read = await readRecallList(text, vkey);
  return read.ok ? null : read.fault;
};

describe('a signed recall list', () => {
  it('tells which lots are recalled', async () => {
    const list = await good();
    expect(list).toMatchObject({ log: NAME, size: 12, issuedMs: ISSUED });
    const found = lookUp(list, '09506000134352', 'LOT1', ISSUED);
    expect(found).toMatchObject({
      recalled: true,
      age: 'current',
      by: { lot: 'LOT1', level: 'patient', reason: 'seal \u2014 \u201copen\u201d' },
    });
    const rows: [string | undefined, string | undefined, boolean | null][] = [
      ['9506000134352', 'LOT1', true],
      ['09506000134369', 'A/1%+', true],
      ['09506000134369', 'LOT1', false],
      ['09506000134352', 'lot1', false],
      ['09506000134352', 'LOT1 ', false],
      ['09506000134352', undefined, null],
      [undefined, 'LOT1', null],
      ['', 'LOT1', null],
      ['0950600013435', '', null],
      ['95060001343', 'LOT1', null],
      ['__proto__', 'LOT1', null],
      // A product that is withdrawn is so whatever its lot.
      ['9506000199993', 'X', true],
      ['9506000199993', undefined, true],
    ];
    for (const [gtin, lot, recalled] of rows) {
      expect(lookUp(list, gtin, lot, ISSUED).recalled, `${gtin} ${lot}`).toBe(recalled);
    }
  });

  it('that is too old condemns what is on it and acquits nothing', async () => {
    const list = await good();
    const rows: [number, string][] = [
      [ISSUED, 'current'],
      [ISSUED + 24 * HOUR - 1, 'current'],
      [ISSUED + 24 * HOUR, 'expired'],
      [ISSUED + 900 * HOUR, 'expired'],
      [ISSUED - 60_000, 'current'],
      [ISSUED - HOUR, 'ahead'],
    ];
    for (const [now, age] of rows) {
      expect(ageOf(list, now), `${now - ISSUED}`).toBe(age);
      expect(lookUp(list, lots[0]!.gtin, 'LOT1', now)).toMatchObject({ recalled: true, age });
      expect(lookUp(list, lots[0]!.gtin, 'LOT2', now)).toEqual({ recalled: false, age });
    }
  });

  it('is refused when its form is another', async () => {
    const bodies = [
      '',
      'theriac recall list v1\n',
      'theriac recall list v1\n{}\n',
      'theriac recall list v1\n[]\n',
      'theriac recall list v1\nnull\n',
      `theriac recall list v2\n${JSON.stringify(said)}\n`,
      `${NAME}\n${JSON.stringify(said)}\n`,
      `${bodyOf()}more\n`,
      bodyOf({ issued_at: 'yesterday' }),
      bodyOf({ valid_until: said.issued_at }),
      bodyOf({ size: -1 }),
      bodyOf({ size: 1.5 }),
      bodyOf({ lots: {} }),
      bodyOf({ products: undefined }),
      bodyOf({ products: [{ gtin: '1' }] }),
      bodyOf({ lots: [{ ...lots[0], gtin: '9506000134352' }] }),
      bodyOf({ lots: [{ ...lots[0], lot: '' }] }),
      bodyOf({ lots: [{ ...lots[0], at: 1 }] }),
      bodyOf({ lots: [null] }),
    ];
    for (const body of bodies) expect(await fault(note(body)), body).toBe('form');
    for (const text of ['', bodyOf(), `${bodyOf()}\n`, `${bodyOf()}\n\u2014 x y\n`]) {
      expect(await fault(text), text).toBe('form');
    }
  });

  it('is refused when another signed it, or another log', async () => {
    expect(await fault(note(bodyOf(), keyOf()))).toBe('signature');
    expect(await fault(note(bodyOf()), keyOf().vkey)).toBe('signature');
    expect(await fault(note(bodyOf()), 'nonsense')).toBe('signature');
    const other = keyOf('log.example/other');
    expect(await fault(note(bodyOf(), other), other.vkey)).toBe('signature');
    expect(await fault(note(bodyOf({ log: other.name }), other), other.vkey)).toBeNull();
  });

  it('holds with signatures of others beside', async () => {
    const line = note(bodyOf(), keyOf('witness.example')).split('\n').at(-2)!;
    expect(await fault(`${note(bodyOf())}${line}\n`)).toBeNull();
  });

  it('never holds when a character is changed, and never throws', async () => {
    const whole = note(bodyOf());
    for (let at = 0; at < whole.length; at++) {
      for (const other of ['A', '\n', '"', '1']) {
        if (whole[at] === other) continue;
        const text = whole.slice(0, at) + other + whole.slice(at + 1);
        expect(await fault(text), `${at} ${JSON.stringify(other)}`).not.toBeNull();
      }
    }
    for (let end = 0; end < whole.length; end += 7) {
      expect(await fault(whole.slice(0, end))).not.toBeNull();
    }
  });

  it('never holds in another spelling of its signature', async () => {
    // The last character before the padding has two bits to spare.
    const signs = 'AEIMQUYcgkosw048';
    const whole = note(bodyOf());
    const text = whole.replace(/(.)=\n$/, (_, last: string) => {
      expect(signs).toContain(last);
      return `${String.fromCharCode(last.charCodeAt(0) + 1)}=\n`;
    });
    expect(text).not.toBe(whole);
    expect(await fault(text)).toBe('form');
  });

  it('gives way to one that was signed later', async () => {
    const old = await good();
    const fresh = await good({ issued_at: '2026-11-21T10:15:00.000Z' });
    expect(later(old, fresh)).toBe(fresh);
    expect(later(fresh, old)).toBe(fresh);
  });

  it('of ten thousand lots is searched at once', async () => {
    const many = Array.from({ length: 10_000 }, (_, nth) => ({ ...lots[0], lot: `L${nth}` }));
    const list = await good({ lots: many });
    expect(list.index.size).toBe(10_001);
    expect(lookUp(list, lots[0]!.gtin, 'L9999', ISSUED).recalled).toBe(true);
  });
});
