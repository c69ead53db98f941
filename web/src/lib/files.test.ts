import { describe, expect, it } from 'vitest';
import { fileName, toCsv } from './files';

describe('CSV', () => {
  const cases: [cell: string | number | null, text: string][] = [
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=SUM(A1)', "'=SUM(A1)"],
    ['-1+2', "'-1+2"],
    ['@x,y', '"\'@x,y"'],
    [-4.5, '-4.5'],
    [null, ''],
  ];
  for (const [given, text] of cases) {
    it(`writes ${JSON.stringify(given)}`, () => {
      expect(toCsv(['h'], [[given]])).toBe(`h\r\n${text}\r\n`);
    });
  }
});

describe('a file name', () => {
  it('holds nothing a path could use', () => {
    expect(fileName('proof', '09506000134352', '../A/B c')).toBe('proof-09506000134352-.._A_B_c');
    expect(fileName('x'.repeat(500))).toHaveLength(120);
  });
});
