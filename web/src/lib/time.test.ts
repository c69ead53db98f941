import { describe, expect, it } from 'vitest';
import {
  formatAxis,
  formatDate,
  formatDuration,
  formatTime,
  offsetZone,
  parseOffset,
  toMs,
  UTC,
} from './time';

describe('an instant', () => {
  const cases: [
    instant: string | number | null,
    zone: ReturnType<typeof offsetZone>,
    text: string,
  ][] = [
    ['2026-11-21T06:14:00Z', UTC, '21 Nov 2026, 06:14 UTC'],
    ['2026-11-21T06:14:00Z', offsetZone('+02:00'), '21 Nov 2026, 08:14 UTC+02:00'],
    ['2026-11-21T08:14:00+02:00', offsetZone('-05:30'), '21 Nov 2026, 00:44 UTC\u221205:30'],
    ['2026-12-31T23:30:00Z', offsetZone('+01:00'), '1 Jan 2027, 00:30 UTC+01:00'],
    [0, UTC, '1 Jan 1970, 00:00 UTC'],
    ['2026-11-21T06:14:00Z', offsetZone('+99:00'), '21 Nov 2026, 06:14 UTC'],
    ['2026-11-21T06:14:00Z', offsetZone('Z'), '21 Nov 2026, 06:14 UTC'],
    ['no time', UTC, '\u2013'],
    [null, UTC, '\u2013'],
    [Number.MAX_VALUE, UTC, '\u2013'],
  ];
  for (const [instant, zone, text] of cases) {
    it(`${instant} reads ${text}`, () => expect(formatTime(instant, zone)).toBe(text));
  }
  it('has no value when it is not a time', () => {
    expect([toMs('x'), toMs(undefined), toMs(NaN), toMs(12)]).toEqual([null, null, null, 12]);
  });
});

describe('an offset', () => {
  const cases: [string, number | null][] = [
    ['+05:30', 330],
    ['-08:00', -480],
    ['Z', 0],
    ['+14:00', 840],
    ['+14:01', null],
    ['+5:30', null],
    ['05:30', null],
    ['+05:60', null],
  ];
  for (const [text, minutes] of cases) {
    it(`${text} is ${minutes}`, () => expect(parseOffset(text)).toBe(minutes));
  }
});

describe('a date', () => {
  const cases: [string | null, string][] = [
    ['2028-12-31', '31 Dec 2028'],
    ['2028-02-29', '29 Feb 2028'],
    ['2027-02-29', '2027-02-29'],
    ['soon', 'soon'],
    [null, '\u2013'],
  ];
  for (const [date, text] of cases) {
    it(`${date} reads ${text}`, () => expect(formatDate(date)).toBe(text));
  }
});

describe('a time axis', () => {
  it('names each day once, in the zone', () => {
    const marks = [18, 21, 24, 27].map((hour) => Date.UTC(2026, 10, 20, hour));
    expect(formatAxis(marks, UTC)).toEqual(['18:00\n20 Nov', '21:00', '00:00\n21 Nov', '03:00']);
    expect(formatAxis(marks, offsetZone('+06:00'))[0]).toBe('00:00\n21 Nov');
  });
});

describe('a length of time', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [59.6, '1 min'],
    [12, '12 s'],
    [3_900, '1 h 5 min'],
    [3_600, '1 h'],
    [183_600, '2 d 3 h'],
    [-5, '0 s'],
  ];
  for (const [seconds, text] of cases) {
    it(`${seconds} s reads ${text}`, () => expect(formatDuration(seconds)).toBe(text));
  }
});
