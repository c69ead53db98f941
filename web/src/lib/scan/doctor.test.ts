import { describe, expect, it } from 'vitest';
import { diagnose, SHEET, worst, type Seen } from './doctor';
import { GS } from './wedge';

interface Setup {
  /** What the computer makes of a physical key. */
  keys?: Record<string, string>;
  caps?: boolean;
  gap?: number;
  gs?: 'control' | 'f8' | 'alt' | 'none' | string;
  end?: string | null;
  prefix?: string;
  change?: (character: string) => string;
  /** The scanner types as if this national keyboard were the computer's. */
  national?: Record<string, string>;
}

const GERMAN = { KeyY: 'z', KeyZ: 'y' };

/** The strokes of a scanner that is set up so, reading the test sheet. */
function strokes({ gap = 4, end = 'Enter', ...setup }: Setup, text = SHEET): Seen[] {
  const made: Seen[] = [];
  let at = 0;
  const press = (code: string, key: string, more: Partial<Seen> = {}) => {
    const plain = { shift: false, ctrl: false, alt: false, meta: false, repeat: false };
    made.push({ code, key, ...plain, caps: Boolean(setup.caps), at: (at += gap), ...more });
  };
  const type = (character: string) => {
    const lower = character.toLowerCase();
    const digit = /\d/.test(character);
    const other = { ']': 'BracketRight', '{': 'BracketLeft', '}': 'BracketRight' }[character];
    let code = digit ? `Digit${character}` : (other ?? `Key${character.toUpperCase()}`);
    if (setup.national && setup.national[code]) code = setup.national[code]!;
    const shift = (lower !== character && !digit) || '{}'.includes(character);
    const own = setup.keys?.[code] ?? (setup.national ? lower : lower);
    const upper = shift !== Boolean(setup.caps) && /[a-z]/.test(own);
    press(code, upper ? own.toUpperCase() : own, { shift });
  };
  const separator = () => {
    const gs = setup.gs ?? 'control';
    if (gs === 'control') press('BracketRight', ']', { ctrl: true });
    else if (gs === 'f8') press('F8', 'F8');
    else if (gs === 'alt') for (const n of '029') press(`Numpad${n}`, n, { alt: true });
    else if (gs !== 'none') for (const each of gs) type(each);
  };
  for (const character of setup.prefix ?? ']d2') type(character);
  for (const character of text) {
    if (character === GS) separator();
    else type(setup.change ? setup.change(character) : character);
  }
  if (end !== null) press(end, end);
  return made;
}

const found = (setup: Setup) => {
  const { checks } = diagnose(strokes(setup));
  return Object.fromEntries(checks.map(({ area, finding, level }) => [area, [finding, level]]));
};

describe('the scanner doctor', () => {
  it('finds nothing wrong where nothing is', () => {
    const { checks, text, meanGapMs } = diagnose(strokes({}));
    expect(text).toBe(`]d2${SHEET}`);
    expect(meanGapMs).toBeCloseTo(4, 0);
    expect(worst(checks)).toBe('good');
  });

  const PLANTED: [string, Setup, string, string, string][] = [
    ['Enter', { end: null }, 'end', 'no_end', 'bad'],
    ['a Tab', { end: 'Tab' }, 'end', 'tab', 'note'],
    ['speed', { gap: 90 }, 'speed', 'too_slow', 'bad'],
    ['a slow radio', { gap: 45 }, 'speed', 'slow', 'note'],
    ['no separator', { gs: 'none' }, 'separator', 'gs_missing', 'bad'],
    ['a named separator', { gs: '{GS}' }, 'separator', 'gs_text', 'note'],
    ['F8', { gs: 'f8' }, 'separator', 'gs_f8', 'good'],
    ['Alt codes', { gs: 'alt' }, 'separator', 'gs_alt', 'good'],
    ['a German computer', { keys: GERMAN }, 'layout', 'computer_differs', 'note'],
    ['Caps Lock', { caps: true }, 'case', 'caps_lock', 'note'],
    ['capitals only', { change: (c) => c.toUpperCase() }, 'case', 'all_upper', 'bad'],
    ['small letters only', { change: (c) => c.toLowerCase() }, 'case', 'all_lower', 'bad'],
    ['no prefix', { prefix: '' }, 'prefix', 'no_prefix', 'note'],
    ['a foreign prefix', { prefix: 'XX' }, 'prefix', 'foreign', 'bad'],
  ];
  for (const [name, setup, area, finding, level] of PLANTED) {
    it(`finds ${name}`, () => expect(found(setup)[area]).toEqual([finding, level]));
  }

  it('finds inverted case', () => {
    const change = (c: string) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase());
    expect(found({ change }).case).toEqual(['inverted', 'bad']);
  });

  it('finds a scanner that is set to a national keyboard', () => {
    // A scanner set to German presses the key that is Y on a German keyboard.
    const national = { KeyY: 'KeyZ', KeyZ: 'KeyY' };
    const report = diagnose(strokes({ national, keys: { KeyY: 'z', KeyZ: 'y' } }));
    const layout = report.checks.find(({ area }) => area === 'layout');
    expect(layout).toMatchObject({ finding: 'scanner_national', level: 'bad' });
  });

  it('tells what is no code', () => {
    const report = diagnose(strokes({ prefix: '' }, 'hello'));
    expect(report.checks[0]).toMatchObject({ area: 'content', finding: 'unreadable' });
  });
});
