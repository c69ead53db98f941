// A hand scanner in software, for tests: it is set to one keyboard, types into a computer that is
// set to another, with or without Caps Lock, and sends separators in the ways scanners do.
import type { Seen } from './doctor';
import { ownKey, type Layout } from './layouts';
import { characterOf, GS, type Stroke } from './wedge';

export type Separator = 'control' | 'f8' | 'alt' | 'text' | 'none';

export interface Scanner {
  scanner: Layout;
  computer: Layout;
  caps: boolean;
  separator: Separator;
  prefix: string;
  /** Milliseconds between two keys. */
  gap: number;
}

/** A key pressed, or (for the Alt key of an Alt code) let go. */
export type Move = { down: Seen } | { up: string; at: number };

const CODES = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').map((letter) => `Key${letter}`),
  ...'0123456789'.split('').map((digit) => `Digit${digit}`),
  ...'Minus Equal BracketLeft BracketRight Backslash Semicolon Quote Backquote'.split(' '),
  ...'Comma Period Slash IntlBackslash Space'.split(' '),
];
const bare = { key: '', shift: false, ctrl: false, alt: false, meta: false, repeat: false, at: 0 };

/** What a scanner so set sends for a code with `text` in it, Enter last. */
export function typed(text: string, set: Scanner, start = 1_000): Move[] {
  const moves: Move[] = [];
  let at = start;
  const press = (code: string, held: Partial<Stroke> = {}) => {
    const stroke = { ...bare, code, ...held, at: (at += set.gap) };
    moves.push({ down: { ...stroke, key: keyOf(stroke, set), caps: set.caps } });
  };
  const type = (character: string) => {
    const { code, shift, third } = keyFor(character, set.scanner);
    if (shift) moves.push({ down: { ...bare, code: 'ShiftLeft', shift, caps: set.caps, at } });
    press(code, { shift, ctrl: third, alt: third });
  };
  const separate = () => {
    if (set.separator === 'control') press('BracketRight', { ctrl: true });
    else if (set.separator === 'f8') press('F8');
    else if (set.separator === 'text') for (const each of '{GS}') type(each);
    else if (set.separator === 'alt') {
      for (const digit of '029') press(`Numpad${digit}`, { alt: true });
      moves.push({ up: 'AltLeft', at });
    }
  };
  for (const character of set.prefix) type(character);
  for (const character of text) {
    if (character === GS) separate();
    else type(character);
  }
  press('Enter', { key: 'Enter' });
  return moves;
}

interface Held {
  code: string;
  shift: boolean;
  third: boolean;
}
const found = new Map<string, Held>();

/** The key under which a layout has a character. */
function keyFor(character: string, layout: Layout): Held {
  const name = layout + character;
  const known = found.get(name) ?? search(character, layout);
  found.set(name, known);
  return known;
}

function search(character: string, layout: Layout): Held {
  for (const code of CODES) {
    for (const third of [false, true]) {
      for (const shift of third ? [false] : [false, true]) {
        const stroke = { ...bare, code, shift, ctrl: third, alt: third };
        if (characterOf(stroke, layout) === character) return { code, shift, third };
      }
    }
  }
  throw new Error(`no key types ${JSON.stringify(character)} under ${layout}`);
}

/** What the browser reports as the character: by the computer's layout, changed by Caps Lock. */
function keyOf(stroke: Stroke, { computer, caps }: Scanner): string {
  if (stroke.key !== '') return stroke.key;
  const character = characterOf(stroke, computer) ?? '';
  if (character === GS || stroke.ctrl !== stroke.alt) return stroke.code;
  const letter = ownKey(computer, stroke.code)?.[0] ?? characterOf({ ...stroke, shift: false });
  if (!caps || !letter || letter.toLowerCase() === letter.toUpperCase()) return character;
  return character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase();
}
