// The keyboards scanners can be set to, as far as they differ from the US one they ship with. A
// scanner presses keys; which character a key means is agreed between it and the computer. The
// portal reads keys, so it has to know what the scanner was set to, and nothing of the computer.

export const LAYOUTS = ['us', 'uk', 'de', 'fr', 'es', 'it'] as const;
export type Layout = (typeof LAYOUTS)[number];
export const isLayout = (text: unknown): text is Layout => LAYOUTS.includes(text as Layout);

/** Characters of a key: alone, with Shift, with AltGr. */
type Key = [plain: string, shifted: string, altGraph?: string];

const letter = (plain: string, altGraph?: string): Key => [plain, plain.toUpperCase(), altGraph];

/** Shared by most of the continent. */
const POINTS: Record<string, Key> = {
  Comma: [',', ';'],
  Period: ['.', ':'],
  Slash: ['-', '_'],
  IntlBackslash: ['<', '>'],
};

const DE: Record<string, Key> = {
  ...POINTS,
  KeyY: letter('z'),
  KeyZ: letter('y'),
  KeyQ: letter('q', '@'),
  Digit2: ['2', '"', '\u00b2'],
  Digit3: ['3', '\u00a7', '\u00b3'],
  Digit6: ['6', '&'],
  Digit7: ['7', '/', '{'],
  Digit8: ['8', '(', '['],
  Digit9: ['9', ')', ']'],
  Digit0: ['0', '=', '}'],
  Minus: ['\u00df', '?', '\\'],
  Equal: ['\u00b4', '`'],
  BracketLeft: letter('\u00fc'),
  BracketRight: ['+', '*', '~'],
  Backslash: ['#', "'"],
  Semicolon: letter('\u00f6'),
  Quote: letter('\u00e4'),
  Backquote: ['^', '\u00b0'],
  IntlBackslash: ['<', '>', '|'],
};

const FR: Record<string, Key> = {
  KeyA: letter('q'),
  KeyQ: letter('a'),
  KeyW: letter('z'),
  KeyZ: letter('w'),
  KeyM: [',', '?'],
  Semicolon: letter('m'),
  Comma: [';', '.'],
  Period: [':', '/'],
  Slash: ['!', '\u00a7'],
  Digit1: ['&', '1'],
  Digit2: ['\u00e9', '2', '~'],
  Digit3: ['"', '3', '#'],
  Digit4: ["'", '4', '{'],
  Digit5: ['(', '5', '['],
  Digit6: ['-', '6', '|'],
  Digit7: ['\u00e8', '7', '`'],
  Digit8: ['_', '8', '\\'],
  Digit9: ['\u00e7', '9', '^'],
  Digit0: ['\u00e0', '0', '@'],
  Minus: [')', '\u00b0', ']'],
  Equal: ['=', '+', '}'],
  BracketLeft: ['^', '\u00a8'],
  BracketRight: ['$', '\u00a3'],
  Backslash: ['*', '\u00b5'],
  Quote: ['\u00f9', '%'],
  Backquote: ['\u00b2', '\u00b2'],
  IntlBackslash: ['<', '>'],
};

const ES: Record<string, Key> = {
  ...POINTS,
  Digit1: ['1', '!', '|'],
  Digit2: ['2', '"', '@'],
  Digit3: ['3', '\u00b7', '#'],
  Digit6: ['6', '&'],
  Digit7: ['7', '/'],
  Digit8: ['8', '('],
  Digit9: ['9', ')'],
  Digit0: ['0', '='],
  Minus: ["'", '?'],
  Equal: ['\u00a1', '\u00bf'],
  BracketLeft: ['`', '^', '['],
  BracketRight: ['+', '*', ']'],
  Backslash: letter('\u00e7', '}'),
  Semicolon: letter('\u00f1'),
  Quote: ['\u00b4', '\u00a8', '{'],
  Backquote: ['\u00ba', '\u00aa', '\\'],
};

const IT: Record<string, Key> = {
  ...POINTS,
  Digit2: ['2', '"'],
  Digit3: ['3', '\u00a3'],
  Digit6: ['6', '&'],
  Digit7: ['7', '/'],
  Digit8: ['8', '('],
  Digit9: ['9', ')'],
  Digit0: ['0', '='],
  Minus: ["'", '?'],
  Equal: ['\u00ec', '^'],
  BracketLeft: ['\u00e8', '\u00e9', '['],
  BracketRight: ['+', '*', ']'],
  Backslash: ['\u00f9', '\u00a7'],
  Semicolon: ['\u00f2', '\u00e7', '@'],
  Quote: ['\u00e0', '\u00b0', '#'],
  Backquote: ['\\', '|'],
};

const UK: Record<string, Key> = {
  Digit2: ['2', '"'],
  Digit3: ['3', '\u00a3'],
  Quote: ["'", '@'],
  Backslash: ['#', '~'],
  Backquote: ['`', '\u00ac', '\u00a6'],
  IntlBackslash: ['\\', '|'],
};

const OTHERS: Record<Layout, Record<string, Key>> = {
  us: {},
  uk: UK,
  de: DE,
  fr: FR,
  es: ES,
  it: IT,
};

/** The characters of a key where the layout has its own; the US ones hold otherwise. */
export const ownKey = (layout: Layout, code: string): Key | undefined => OTHERS[layout][code];
