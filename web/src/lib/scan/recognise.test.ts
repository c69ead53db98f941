import { describe, expect, it } from 'vitest';
import { checkDigit, checkDigitHolds } from './gs1';
import { packId, pageOf, pageOfId, recognise } from './recognise';

const GTIN = '09506000134352';
const pack = { kind: 'pack', gtin: GTIN, serial: 'SN7ZY19K2M' };
const withLot = { ...pack, lot: 'LOTZY2A' };
const lot = { kind: 'lot', gtin: GTIN, lot: 'LOTZY2A' };
const shipment = { kind: 'shipment', sscc: '195060001343500009' };

describe('recognise', () => {
  const cases: [what: string, typed: string, expected: object][] = [
    ['a raw scan', `]d201${GTIN}21SN7ZY19K2M\u001d1728123110LOTZY2A`, withLot],
    ['a raw scan without prefix', `01${GTIN}1728123110LOTZY2A\u001d21SN7ZY19K2M`, withLot],
    ['a caret for FNC1', `01${GTIN}21SN7ZY19K2M^10LOTZY2A`, withLot],
    ['{GS} for FNC1', `01${GTIN}21SN7ZY19K2M{GS}10LOTZY2A`, withLot],
    ['brackets', `(01)${GTIN}(21)SN7ZY19K2M(17)281231(10)LOTZY2A`, withLot],
    ['brackets with spaces', ` (01) ${GTIN} (21) SN7ZY19K2M `, pack],
    ['a Digital Link', packId(GTIN, 'SN7ZY19K2M'), pack],
    [
      'a Digital Link of another host',
      `https://x.example/a/01/${GTIN}/21/SN7ZY19K2M?17=281231`,
      pack,
    ],
    ['a Digital Link with lot', `https://id.gs1.org/01/${GTIN}/10/LOTZY2A/21/SN7ZY19K2M`, withLot],
    ['a short GTIN in a Digital Link', 'https://id.gs1.org/01/9506000134352/10/LOTZY2A', lot],
    ['an SGTIN URN', 'urn:epc:id:sgtin:9506000.013435.SN7ZY19K2M', pack],
    ['a serial with dots', 'urn:epc:id:sgtin:9506000.013435.A.B', { ...pack, serial: 'A.B' }],
    ['an escaped serial', 'urn:epc:id:sgtin:9506000.013435.A%2FB', { ...pack, serial: 'A/B' }],
    ['a lot class', 'urn:epc:class:lgtin:9506000.013435.LOTZY2A', lot],
    ['GTIN and lot', `${GTIN} LOTZY2A`, lot],
    ['GTIN and lot with the word', `${GTIN} lot LOTZY2A`, lot],
    ['GTIN/lot', `${GTIN}/LOTZY2A`, lot],
    ['bracketed lot', `(01)${GTIN}(10)LOTZY2A`, lot],
    ['an SSCC', '195060001343500009', shipment],
    ['an SSCC with its AI', '00195060001343500009', shipment],
    ['a bracketed SSCC', '(00)195060001343500009', shipment],
    ['a spaced SSCC', '1 9506000 13435000 09', shipment],
    ['an SSCC link', 'https://id.gs1.org/00/195060001343500009', shipment],
    ['a GTIN-13', '9506000134352', { kind: 'product', gtin: GTIN }],
    ['a GTIN-14', GTIN, { kind: 'product', gtin: GTIN }],
    ['a block', 'AB'.repeat(32), { kind: 'block', id: 'ab'.repeat(32) }],
    ['a mistyped GTIN', '09506000134353', { kind: 'wrong_check_digit', digits: '09506000134353' }],
    [
      'a mistyped pack',
      '(01)09506000134353(21)A',
      { kind: 'wrong_check_digit', digits: '09506000134353' },
    ],
    ...[
      '[)>\u001e06\u001d9N110375286414\u001dD271231\u001d1T1A2B3C\u001dS12345ABCDEF\u001e\u0004',
      ']d1[)>{RS}06{GS}9N110375286414{GS}D271231{GS}1T1A2B3C{GS}S12345ABCDEF{RS}{EOT}',
      '9N110375286414\u001dD271231\u001d1T1A2B3C\u001dS12345ABCDEF',
      '[)>\u001e06\u001d8P4150037528643\u001dS12345ABCDEF\u001d1T1A2B3C\u001e\u0004',
    ].map((text): [string, string, object] => [
      'a pack with a PPN',
      text,
      { kind: 'pack', gtin: '04150037528643', serial: '12345ABCDEF', lot: '1A2B3C' },
    ]),
    ['words', 'where is my pack', { kind: 'unknown' }],
    ['a serial with brackets', `(01)${GTIN}(21)A(B)C`, { ...pack, serial: 'A(B)C' }],
    ['nothing', ' \r\n', { kind: 'empty' }],
    ['a broken escape', 'https://id.gs1.org/01/%E0%A4%A/21/A', { kind: 'unknown' }],
    ['unicode digits', '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667', { kind: 'unknown' }],
    ['a flood', '('.repeat(100_000), { kind: 'unknown' }],
  ];
  for (const [what, typed, expected] of cases) {
    it(`knows ${what}`, () => expect(recognise(typed)).toEqual(expected));
  }

  it('reads its own addresses back', () => {
    for (const serial of ['SN7', 'A/B', 'A%B', 'A+B&C=D', 'A(B)', 'A"B', '100%']) {
      const given = { kind: 'pack', gtin: GTIN, serial } as const;
      const page = pageOf(given)!;
      expect(recognise(decodeURIComponent(page.slice('/pack/'.length)))).toEqual(given);
      expect(pageOfId(packId(GTIN, serial))).toBe(page);
    }
  });
});

describe('check digit', () => {
  it('holds for published numbers', () => {
    for (const number of ['4006381333931', '614141123452', '96385074', '106141412345678908']) {
      expect(checkDigitHolds(number)).toBe(true);
      expect(checkDigit(number.slice(0, -1))).toBe(number.at(-1));
    }
  });
  it('finds every single wrong digit', () => {
    for (let at = 0; at < GTIN.length; at++) {
      for (let digit = 0; digit < 10; digit++) {
        const changed = GTIN.slice(0, at) + digit + GTIN.slice(at + 1);
        expect(checkDigitHolds(changed)).toBe(changed === GTIN);
      }
    }
  });
});
