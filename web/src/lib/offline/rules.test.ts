import { describe, expect, it } from 'vitest';
import { Failure } from '../api/client';
import type { Recalls } from './recalls.svelte';
import { lastDay, printedOn, today, withoutNode } from './rules';

const GTIN = '09506000134352';
const GS = '\u001d';
const code = (expiry: string, lot = 'LOT7') => `]d201${GTIN}17${expiry}10${lot}${GS}21A1`;
const offline = new Failure('offline', 'the node cannot be reached');
const AT = new Date(2026, 10, 29, 12).getTime();
const judge = (text: string, recalls: Recalls | null = null) =>
  withoutNode(text, offline, recalls, { at: AT, tookMs: 3 });

describe('the expiry date of a code', () => {
  const cases: [text: string, year: number, day: string | null][] = [
    ['281231', 2026, '2028-12-31'],
    ['280200', 2026, '2028-02-29'],
    ['270200', 2026, '2027-02-28'],
    ['770101', 2026, '1977-01-01'],
    ['760101', 2026, '2076-01-01'],
    ['010101', 2095, '2101-01-01'],
    ['271301', 2026, null],
    ['270230', 2026, null],
    ['2712', 2026, null],
    ['27a231', 2026, null],
  ];
  for (const [text, year, day] of cases) {
    it(`${text} read in ${year}`, () => expect(lastDay(text, year)).toBe(day));
  }

  it('is found in every kind of code', () => {
    const forms = [
      code('271231'),
      `(01)${GTIN}(17)271231(10)LOT7(21)A1`,
      `https://id.gs1.org/01/${GTIN}/10/LOT7/21/A1?17=271231`,
    ];
    for (const text of forms) {
      expect(printedOn(text, 2026)).toEqual({
        gtin: GTIN,
        serial: 'A1',
        lot: 'LOT7',
        expiry: '2027-12-31',
      });
    }
    const ppn = `[)>\u001e06${GS}9N110375286414${GS}D271231${GS}1T1A2B3C${GS}S12345ABCDEF\u001e\u0004`;
    expect(printedOn(ppn, 2026).expiry).toBe('2027-12-31');
  });
});

describe('without the node', () => {
  it('a pack in date is not checked, and nothing good is said of it', () => {
    expect(judge(code('261130'))).toMatchObject({
      verdict: 'not_checked',
      code: 'NOT_CHECKED_OFFLINE',
    });
  });

  it('a pack is good through its last day, and red from the next on', () => {
    expect(today(AT)).toBe('2026-11-29');
    expect(judge(code('261129')).verdict).toBe('not_checked');
    const red = judge(code('261128'));
    expect(red).toMatchObject({ verdict: 'do_not_dispense', code: 'EXPIRED_OFFLINE' });
    expect(red.sentence).toContain('28 Nov 2026');
    expect(red.steps.length).toBeGreaterThan(0);
    expect(red.pack).toMatchObject({ gtin: GTIN, serial: 'A1', expiry: '2026-11-28' });
  });

  it('a lot on the signed list is red, another of the product is not', () => {
    const list: Recalls = {
      asOf: Date.UTC(2026, 10, 29, 8),
      has: (gtin, lot) => gtin === GTIN && lot === 'BAD1',
    };
    expect(judge(code('281231', 'BAD1'), list)).toMatchObject({
      verdict: 'do_not_dispense',
      code: 'RECALLED_OFFLINE',
    });
    expect(judge(code('281231', 'BAD2'), list).verdict).toBe('not_checked');
  });

  it('what is no code is not checked', () => {
    expect(judge('hello').verdict).toBe('not_checked');
  });
});
