import { describe, expect, it } from 'vitest';
import { formatBand, formatCelsius } from './temperature';

describe('a temperature', () => {
  const cases: [number | null | undefined, string][] = [
    [5.2, '5.2\u00a0\u00b0C'],
    [8.05, '8.1\u00a0\u00b0C'],
    [8.049, '8.0\u00a0\u00b0C'],
    [-18, '\u221218.0\u00a0\u00b0C'],
    [-0.04, '0.0\u00a0\u00b0C'],
    [-0.05, '\u22120.1\u00a0\u00b0C'],
    [25.95, '26.0\u00a0\u00b0C'],
    [null, '\u2013'],
    [undefined, '\u2013'],
    [NaN, '\u2013'],
  ];
  for (const [celsius, text] of cases) {
    it(`${celsius} reads ${text}`, () => expect(formatCelsius(celsius)).toBe(text));
  }
});

describe('a band', () => {
  const cases: [number | null, number | null, string][] = [
    [2, 8, '2\u20138\u00a0\u00b0C'],
    [-25, -15, '\u221225 to \u221215\u00a0\u00b0C'],
    [null, 25, '\u2264\u00a025\u00a0\u00b0C'],
    [15, null, '\u2265\u00a015\u00a0\u00b0C'],
    [null, null, '\u2013'],
  ];
  for (const [low, high, text] of cases) {
    it(`${low} to ${high} reads ${text}`, () => expect(formatBand(low, high)).toBe(text));
  }
});
