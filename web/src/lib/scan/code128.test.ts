import { describe, expect, it } from 'vitest';
import { barsOf, valuesOf } from './code128';
import { GS } from './wedge';

describe('a GS1-128', () => {
  it('packs digits in pairs and ends with the check character', () => {
    // Start C, FNC1, 01 02: (105 + 102 + 2*1 + 3*2) modulo 103.
    expect(valuesOf('0102')).toEqual([105, 102, 1, 2, (105 + 102 + 2 + 6) % 103]);
    // Start B, FNC1, A, then the sum.
    expect(valuesOf('A')).toEqual([104, 102, 33, (104 + 102 + 66) % 103]);
  });

  it('writes a separator as FNC1, and changes sets where that is shorter', () => {
    expect(valuesOf(`A${GS}123456`).slice(0, -1)).toEqual([104, 102, 33, 102, 99, 12, 34, 56]);
    expect(valuesOf('1234a').slice(0, -1)).toEqual([105, 102, 12, 34, 100, 65]);
  });

  it('has eleven modules a character, bars of even parity, and thirteen to stop', () => {
    const every = Array.from({ length: 95 }, (_, at) => String.fromCharCode(at + 32)).join('');
    for (const text of ['0102', every]) {
      const { bars, width } = barsOf(text);
      const characters = valuesOf(text).length;
      expect(width).toBe(characters * 11 + 13 + 20);
      expect(bars).toHaveLength(characters * 3 + 4);
      for (let at = 0; at < characters; at++) {
        const black = bars.slice(at * 3, at * 3 + 3).reduce((sum, bar) => sum + bar.width, 0);
        expect(black % 2).toBe(0);
      }
    }
  });

  it('refuses what the code set has not', () => {
    expect(() => valuesOf('\u00e4')).toThrow();
  });
});
