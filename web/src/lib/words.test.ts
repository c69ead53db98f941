import { describe, expect, it } from 'vitest';
import { partyName } from './party';
import { keyOf, severityTone, statusTone, statusWord, stepWord } from './words';

describe('codes of the field', () => {
  const cases: [code: string, key: string][] = [
    ['shipping', 'shipping'],
    ['InTransit', 'in_transit'],
    ['IN_TRANSIT', 'in_transit'],
    ['https://ref.gs1.org/cbv/BizStep-void_shipping', 'void_shipping'],
    ['urn:epcglobal:cbv:disp:in_progress', 'in_progress'],
    ['https://ref.gs1.org/cbv/Disp-active', 'active'],
  ];
  for (const [code, key] of cases) it(`${code} is ${key}`, () => expect(keyOf(code)).toBe(key));

  it('have words, and stay readable where they have none', () => {
    expect(statusWord('InTransit')).toBe('In transit');
    expect(stepWord('https://example.org/steps/re_labelling')).toBe('Re labelling');
    expect(statusWord(null)).toBe('\u2013');
    expect(statusWord('constructor')).toBe('Constructor');
  });

  it('have a tone', () => {
    expect(['active', 'recalled', 'nonsense'].map(statusTone)).toEqual(['good', 'bad', 'mute']);
    expect(['S0', 'S1', 'S2', 'S3', 'S4'].map(severityTone)).toEqual(
      'mute info warn bad bad'.split(' '),
    );
  });
});

describe('a party', () => {
  it('goes by its name, else its number', () => {
    expect(partyName({ gln: '9506000134352', name: 'Pharmacy' })).toBe('Pharmacy');
    expect(partyName({ gln: '9506000134352' })).toBe('9506000134352');
    expect(partyName('9506000134352')).toBe('9506000134352');
    expect(partyName(null)).toBe('\u2013');
  });
});
