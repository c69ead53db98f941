// A USB barcode scanner is a keyboard that types very fast. This module tells its typing from a
// person's and gives back the characters the barcode holds, whatever keyboard layout the
// computer is set to: it reads the physical key (`KeyboardEvent.code`) and maps it by the US
// layout scanners ship with, so a German or French layout and Caps Lock change nothing.
//
// Where a scanner was set to another keyboard all the same, the scanner doctor finds out which,
// and the keys are read by that layout.
//
// Pure: strokes with their times go in, answers come out. `listener.ts` ties it to a page.

import { ownKey, type Layout } from './layouts';

/** One key press as the browser reports it; `at` is a monotonic time in milliseconds. */
export interface Stroke {
  code: string;
  key: string;
  shift: boolean;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  repeat: boolean;
  at: number;
}

/**
 * What to do with the stroke that was fed:
 * `pass` leave it to the page; `swallow` it belongs to a scan, keep it from the page;
 * `begin` the strokes so far turned out to be a scan: undo what they typed, and swallow this one;
 * `scan` the scan is complete (and this stroke, its terminator, is swallowed);
 * `unfinished` a scan stopped without a terminator: it may be whole, or its end may be missing, and
 * a serial number cut short is another pack. A person has to look.
 */
export type Answer =
  | { kind: 'pass' }
  | { kind: 'swallow' }
  | { kind: 'begin' }
  | { kind: 'scan'; text: string }
  | { kind: 'unfinished'; text: string };

/** FNC1 between two element strings, as scanners transmit it. */
export const GS = '\u001d';

/** Gap between characters, in ms, below which four in a row are not a person typing. */
const BURST_GAP_MS = 35;
const BURST_CHARACTERS = 4;
/** A scanner may pause inside a code (USB polling, a busy computer). */
const BURST_PAUSE_MS = 500;
/** Slow wireless scanners: accepted at the terminator by their mean gap. */
const SLOW_MEAN_GAP_MS = 60;
const SLOW_CHARACTERS = 8;
const SLOW_PAUSE_MS = 120;
/** A scan without Enter is told of after a pause, if it is long enough for a GTIN. */
const UNTERMINATED_CHARACTERS = 14;
/** The largest GS1 DataMatrix holds 2,335 characters; a longer run is dropped whole. */
const MAX_CHARACTERS = 4096;

const PAIRS: Record<string, [plain: string, shifted: string]> = {
  Digit1: ['1', '!'],
  Digit2: ['2', '@'],
  Digit3: ['3', '#'],
  Digit4: ['4', '$'],
  Digit5: ['5', '%'],
  Digit6: ['6', '^'],
  Digit7: ['7', '&'],
  Digit8: ['8', '*'],
  Digit9: ['9', '('],
  Digit0: ['0', ')'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Backquote: ['`', '~'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  Space: [' ', ' '],
  NumpadDecimal: ['.', '.'],
  NumpadAdd: ['+', '+'],
  NumpadSubtract: ['-', '-'],
  NumpadMultiply: ['*', '*'],
  NumpadDivide: ['/', '/'],
};

/** Control characters in codes of medicines: FNC1, and RS and EOT around a PPN. */
const CONTROLS: Record<string, string> = {
  BracketRight: GS,
  Digit6: '\u001e',
  KeyD: '\u0004',
};

const MODIFIER =
  /^(Shift|Control|Alt|Meta|OS)(Left|Right)$|^(CapsLock|NumLock|AltGraph|Fn|ScrollLock)$/;

/**
 * The character that a keyboard of this layout gives for the stroke; `null` for a key that types
 * nothing. AltGr arrives as Ctrl and Alt together.
 */
export function characterOf(stroke: Stroke, layout: Layout = 'us'): string | null {
  const { code, shift } = stroke;
  if (code === 'F8') return GS;
  const own = ownKey(layout, code);
  if (stroke.ctrl) return stroke.alt ? (own?.[2] ?? null) : (CONTROLS[code] ?? null);
  if (stroke.alt || stroke.meta) return null;
  if (own) return own[shift ? 1 : 0];
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  const digit = /^Numpad([0-9])$/.exec(code)?.[1];
  if (digit) return digit;
  const pair = PAIRS[code];
  if (pair) return pair[shift ? 1 : 0];
  // Remote desktops send no physical key: their character is all there is.
  if ((code === '' || code === 'Unidentified') && stroke.key.length === 1) return stroke.key;
  return null;
}

/** Tells scanner bursts from typing; one instance per page. */
export class Wedge {
  #text = '';
  #first = 0;
  #last = -Infinity;
  #fastRun = 0;
  #burst = false;
  #overlong = false;
  #altDigits = '';
  #altKeys = 0;
  readonly #layout: () => Layout;

  /** `layout` is what the scanner of this computer is set to. */
  constructor(layout: () => Layout = () => 'us') {
    this.#layout = layout;
  }

  /** Number of characters held; 0 means the next character may begin a scan. */
  get length(): number {
    return this.#text.length;
  }

  /** Whether what is held is known to come from a scanner. */
  get bursting(): boolean {
    return this.#burst;
  }

  feed(stroke: Stroke): Answer {
    if (this.#text !== '' && stroke.at - this.#last > this.#patience()) this.reset();
    if (MODIFIER.test(stroke.code)) return this.#taken();
    if (stroke.repeat || stroke.meta) return this.#abandon();
    if (isTerminator(stroke)) return this.#terminate(stroke);
    if (this.#collectAltCode(stroke)) return this.#taken();
    const character = characterOf(stroke, this.#layout());
    return character === null ? this.#abandon() : this.#push(character, stroke.at);
  }

  /** A key went up: only the end of an Alt code (Alt held, 0 2 9 on the number pad) matters. */
  release(code: string, at: number): Answer {
    if (!code.startsWith('Alt') || this.#altDigits === '') return { kind: 'pass' };
    const value = Number(this.#altDigits);
    this.#altDigits = '';
    const printable = value >= 0x20 && value < 0x7f;
    return value === 0x1d || printable
      ? this.#push(String.fromCharCode(value), at)
      : { kind: 'pass' };
  }

  /** The burst went quiet: what came of it is unfinished, if it is long enough to be a code. */
  idle(at: number): Answer {
    if (at - this.#last < BURST_PAUSE_MS) return { kind: 'pass' };
    const whole = this.#burst && !this.#overlong;
    const text = whole && this.#text.length >= UNTERMINATED_CHARACTERS ? this.#text : '';
    this.reset();
    return text === '' ? { kind: 'pass' } : { kind: 'unfinished', text };
  }

  reset(): void {
    this.#text = '';
    this.#last = -Infinity;
    this.#fastRun = 0;
    this.#burst = false;
    this.#overlong = false;
    this.#altDigits = '';
    this.#altKeys = 0;
  }

  #patience(): number {
    return this.#burst ? BURST_PAUSE_MS : SLOW_PAUSE_MS;
  }

  #taken(): Answer {
    return this.#burst ? { kind: 'swallow' } : { kind: 'pass' };
  }

  #abandon(): Answer {
    this.reset();
    return { kind: 'pass' };
  }

  #collectAltCode(stroke: Stroke): boolean {
    const digit = /^Numpad([0-9])$/.exec(stroke.code)?.[1];
    if (!stroke.alt || stroke.ctrl || digit === undefined) return false;
    this.#altDigits = (this.#altDigits + digit).slice(-4);
    // Slow scanners need as long for these keys as for others.
    if (this.#text !== '') {
      this.#last = stroke.at;
      this.#altKeys += 1;
    }
    return true;
  }

  #push(character: string, at: number): Answer {
    if (this.#text.length >= MAX_CHARACTERS) {
      this.#overlong = true;
      this.#last = at;
      return this.#taken();
    }
    const gap = at - this.#last;
    this.#fastRun = gap <= BURST_GAP_MS ? this.#fastRun + 1 : 0;
    if (this.#text === '') this.#first = at;
    this.#text += character;
    this.#last = at;
    if (this.#burst) return { kind: 'swallow' };
    if (this.#fastRun < BURST_CHARACTERS - 1) return { kind: 'pass' };
    this.#burst = true;
    return { kind: 'begin' };
  }

  #terminate(stroke: Stroke): Answer {
    const gaps = this.#text.length + this.#altKeys - 1;
    const meanGap = gaps > 0 ? (this.#last - this.#first) / gaps : Infinity;
    const slowScan = this.#text.length >= SLOW_CHARACTERS && meanGap <= SLOW_MEAN_GAP_MS;
    const text = this.#burst || (slowScan && stroke.code !== 'Tab') ? this.#text : '';
    const overlong = this.#overlong;
    this.reset();
    if (overlong) return { kind: 'swallow' };
    return text === '' ? { kind: 'pass' } : { kind: 'scan', text };
  }
}

function isTerminator(stroke: Stroke): boolean {
  if (stroke.ctrl || stroke.alt) return false;
  return stroke.code === 'Enter' || stroke.code === 'NumpadEnter' || stroke.code === 'Tab';
}
