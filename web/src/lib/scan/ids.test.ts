// Each kind of identifier in the spellings in which people meet it, and what is nearly one.
import { describe, expect, it } from 'vitest';
import { find, KINDS, type Kind } from './ids';

const GTIN = '09506000134352';
const HEX = 'ab'.repeat(32);
const UUID = '0190a6b5-0000-7000-8000-00000000000c';
const NI = `ni:///sha-256;${HEX}?ver=CBV2.0`;
const LOT_CASE = `C06 https://id.gs1.org/01/${GTIN}/10/LOT1`;

const rows: [typed: string, kinds: Kind[], id?: string][] = [
  // A product
  [GTIN, ['product'], GTIN],
  ['9506 0001 3435 2', ['product', 'place'], GTIN],
  ['9506000134352', ['product', 'place'], GTIN],
  ['614141123452', ['product'], '00614141123452'],
  ['96385074', ['product', 'key'], '00000096385074'],
  [`(01)${GTIN}`, ['product'], GTIN],
  [`01${GTIN}`, ['product'], GTIN],
  [`https://id.gs1.org/01/${GTIN}`, ['product'], GTIN],
  ['urn:epc:idpat:sgtin:9506000.013435.*', ['product'], GTIN],
  // A pack
  ['urn:epc:id:sgtin:9506000.013435.SN7', ['pack'], `${GTIN} SN7`],
  ['URN:EPC:ID:SGTIN:9506000.013435.A%2FB', ['pack'], `${GTIN} A/B`],
  [`https://id.gs1.org/01/${GTIN}/21/SN7`, ['pack'], `${GTIN} SN7`],
  [`https://shop.example/x/01/${GTIN}/10/L1/21/SN7?17=281231`, ['pack'], `${GTIN} SN7`],
  [`(01)${GTIN}(21)SN7(17)281231(10)L1`, ['pack'], `${GTIN} SN7`],
  [`]d201${GTIN}1728123110L1\u001d21SN7`, ['pack'], `${GTIN} SN7`],
  [`01${GTIN}21SN7{GS}10L1`, ['pack'], `${GTIN} SN7`],
  // A lot
  [`${GTIN} LOT1`, ['lot'], `${GTIN} LOT1`],
  [`9506000134352/LOT1`, ['lot'], `${GTIN} LOT1`],
  [`(01)${GTIN}(10)LOT1`, ['lot'], `${GTIN} LOT1`],
  [`https://id.gs1.org/01/${GTIN}/10/LOT1`, ['lot'], `${GTIN} LOT1`],
  ['urn:epc:class:lgtin:9506000.013435.LOT1', ['lot'], `${GTIN} LOT1`],
  // A logistic unit
  ['195060001343500009', ['shipment'], '195060001343500009'],
  ['00195060001343500009', ['shipment'], '195060001343500009'],
  ['(00)195060001343500009', ['shipment'], '195060001343500009'],
  ['https://id.gs1.org/00/195060001343500009', ['shipment'], '195060001343500009'],
  ['urn:epc:id:sscc:9506000.1134350000', ['shipment'], '195060001343500009'],
  // A place or party
  ['(414)9506000100012', ['place'], '9506000100012'],
  ['(417)9506000100012', ['place'], '9506000100012'],
  ['4149506000100012', ['place'], '9506000100012'],
  ['(414)9506000100012(254)dock-1', ['place'], '9506000100012'],
  ['https://id.gs1.org/414/9506000100012', ['place'], '9506000100012'],
  ['https://id.gs1.org/417/9506000100012', ['place'], '9506000100012'],
  ['urn:epc:id:sgln:9506000.10001.0', ['place'], '9506000100012'],
  ['urn:epc:id:pgln:9506000.10001', ['place'], '9506000100012'],
  // An event
  [NI, ['event'], NI],
  [`urn:uuid:${UUID}`, ['event'], UUID],
  // An event or a captured document
  [UUID, ['event', 'document'], UUID],
  [UUID.toUpperCase(), ['event', 'document'], UUID],
  // A block or a device's key
  [HEX, ['block', 'device'], HEX],
  [HEX.toUpperCase(), ['block', 'device'], HEX],
  [` ${HEX}\n`, ['block', 'device'], HEX],
  // A device as events name it
  ['urn:dev:mac:0024befffe804ff1', ['device']],
  ['urn:x-theriac:sensor:feed:probe-1', ['device']],
  ['https://id.gs1.org/8004/9506000LOGGER0001', ['device']],
  ['urn:epc:id:giai:9506000.LOGGER0001', ['device']],
  // A case
  [LOT_CASE, ['case'], LOT_CASE],
  ['T04 https://id.gs1.org/00/195060001343500009', ['case']],
  ['X12 urn:epcglobal:cbv:bt:9506000100012:DESADV-1', ['case']],
  // An API key
  ['1f0a9c3e', ['key'], '1f0a9c3e'],
  ['1F0A9C3E', ['key'], '1f0a9c3e'],
  [`thr_1f0a9c3e_${'A'.repeat(43)}`, ['key'], '1f0a9c3e'],
];

const faults: [typed: string, fault: object | null][] = [
  ['', null],
  [' \r\n', null],
  ['where is my pack', { kind: 'unknown' }],
  ['09506000134353', { kind: 'check_digit', digits: '09506000134353' }],
  ['9506000134353', { kind: 'check_digit', digits: '9506000134353' }],
  ['195060001343500008', { kind: 'check_digit', digits: '195060001343500008' }],
  ['(414)9506000100013', { kind: 'check_digit', digits: '9506000100013' }],
  ['https://id.gs1.org/414/9506000100013', { kind: 'check_digit', digits: '9506000100013' }],
  ['(01)09506000134353(21)A', { kind: 'check_digit', digits: '09506000134353' }],
  [HEX.slice(1), { kind: 'hex_length', length: 63 }],
  [`${HEX}0`, { kind: 'hex_length', length: 65 }],
  [`${HEX.slice(1)}g`, { kind: 'unknown' }],
  [UUID.slice(1), { kind: 'unknown' }],
  [`ni:///sha-256;${HEX.slice(1)}?ver=CBV2.0`, { kind: 'unknown' }],
  [`ni:///md5;${HEX}?ver=CBV2.0`, { kind: 'unknown' }],
  ['C06 nothing', { kind: 'unknown' }],
  ['1f0a9c3', { kind: 'unknown' }],
  ['1f0a9c3g', { kind: 'unknown' }],
  ['urn:epc:id:sgtin:9506000.013435', { kind: 'unknown' }],
  ['urn:dev:', { kind: 'unknown' }],
  ['('.repeat(100_000), { kind: 'unknown' }],
];

describe('the omnibox', () => {
  for (const [typed, kinds, id] of rows) {
    it(`reads ${JSON.stringify(typed)} as ${kinds.join(' or ')}`, () => {
      const { candidates, fault } = find(typed);
      expect(candidates.map(({ kind }) => kind)).toEqual(kinds);
      expect(fault).toBeNull();
      if (id) expect(candidates[0]!.id).toBe(id);
      for (const { page } of candidates) expect(page).toMatch(/^\/[a-z]+[/?]\S+$/);
    });
  }

  it('knows every kind', () => {
    const seen = new Set(rows.flatMap(([, kinds]) => kinds));
    expect([...seen].sort()).toEqual([...KINDS].sort());
    expect(KINDS.length).toBeGreaterThanOrEqual(10);
  });

  for (const [typed, fault] of faults) {
    it(`says what is wrong with ${JSON.stringify(typed.slice(0, 70))}`, () => {
      expect(find(typed)).toEqual({ candidates: [], fault });
    });
  }

  it('never keeps the secret of a key', () => {
    const [found] = find(`thr_1f0a9c3e_${'S'.repeat(43)}`).candidates;
    expect(JSON.stringify(found)).not.toContain('SSS');
  });
});
