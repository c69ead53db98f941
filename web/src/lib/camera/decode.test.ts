// Every kind of code that packs carry, drawn by another encoder, and what the decoder makes of it.
import { beforeAll, describe, expect, it } from 'vitest';
import { recognise } from '../scan/recognise';
import { decode } from './decode';
import { prepareInNode } from './testing/reader';
import { plainFrame, symbolOf } from './testing/symbols';
import { pick } from './view';

const GTIN = '09506000134352';
const BRACKETS = `(01)${GTIN}(21)aB7-y/Z2(17)281231(10)LOT.7`;
const RAW = `01${GTIN}21aB7-y/Z2\u001d1728123110LOT.7`;
const LINK = `https://id.gs1.org/01/${GTIN}/10/LOT.7/21/aB7-y_Z2?17=281231`;
const PPN = '\u001d9N110375286414\u001dD271231\u001d1T1A2B3C\u001dS12345ABCDEF\u001e\u0004';
/** As BWIPP wants control characters written. */
const escaped = (text: string) =>
  text.replace(
    /[\u0004\u001d\u001e]/g,
    (control) => `^${String(control.charCodeAt(0)).padStart(3, '0')}`,
  );

const CODES: [name: string, bcid: string, drawn: string, options: object, read: string][] = [
  ['a GS1 DataMatrix', 'gs1datamatrix', BRACKETS, {}, `]d2${RAW}`],
  ['a small rectangle', 'gs1datamatrixrectangular', BRACKETS, {}, `]d2${RAW}`],
  [
    'an extended rectangle (DMRE)',
    'gs1datamatrixrectangular',
    BRACKETS,
    { dmre: true, version: '8x120' },
    `]d8${RAW}`,
  ],
  ['bars (GS1-128)', 'gs1-128', BRACKETS, {}, `]C1${RAW}`],
  ['a GS1 QR code', 'gs1qrcode', BRACKETS, {}, `]Q3${RAW}`],
  ['a Digital Link in a DataMatrix', 'datamatrix', LINK, {}, `]d1${LINK}`],
  ['a Digital Link in a QR code', 'qrcode', LINK, {}, `]Q1${LINK}`],
  [
    'a PPN in macro 06',
    'datamatrix',
    escaped(`[)>\u001e06${PPN}`),
    { parse: true },
    `]d1[)>\u001e06${PPN}`,
  ],
];

describe('the decoder', () => {
  beforeAll(prepareInNode);

  for (const [name, bcid, drawn, options, read] of CODES) {
    for (const effort of ['fast', 'hard'] as const) {
      it(`reads ${name} (${effort}), byte for byte`, async () => {
        const { codes } = await decode(plainFrame(symbolOf(bcid, drawn, options)), effort);
        expect(codes.map(({ text }) => text)).toEqual([read]);
        expect(recognise(read).kind).toBe('pack');
        expect(pick(codes)).toMatchObject({ text: read });
      });
    }
  }

  it('finds nothing where nothing is', async () => {
    const blank = { width: 640, height: 480, data: new Uint8ClampedArray(640 * 480 * 4).fill(200) };
    expect(await decode(blank, 'hard')).toEqual({ codes: [], unread: 0 });
  });

  it('does not read what is no code of a pack: retail bars', async () => {
    const { codes } = await decode(plainFrame(symbolOf('ean13', '9506000134352')), 'hard');
    expect(codes).toEqual([]);
  });
});
