// The same barcode must give the same text under every keyboard layout, with and without Caps
// Lock. The layouts below are what the browser would report in `key`, to show that the trap is
// real: reading `key` instead of `code` fails these same cases.
import { describe, expect, it } from 'vitest';
import { GS, characterOf, Wedge, type Answer, type Stroke } from './wedge';

const PACK = `]d20109506000134352${'21'}SN7ZY19K2M${GS}17281231${'10'}LOT-ZY2A`;

type Layout = Record<string, [plain: string, shifted: string]>;
const GERMAN: Layout = {
  KeyY: ['z', 'Z'],
  KeyZ: ['y', 'Y'],
  Minus: ['\u00df', '?'],
  BracketRight: ['+', '*'],
  Digit7: ['7', '/'],
  Digit9: ['9', ')'],
  Digit0: ['0', '='],
  Slash: ['-', '_'],
  Semicolon: ['\u00f6', '\u00d6'],
};
const FRENCH: Layout = {
  KeyA: ['q', 'Q'],
  KeyQ: ['a', 'A'],
  KeyZ: ['w', 'W'],
  KeyW: ['z', 'Z'],
  KeyM: [',', '?'],
  Minus: [')', '\u00b0'],
  BracketRight: ['$', '\u00a3'],
  Digit1: ['&', '1'],
  Digit2: ['\u00e9', '2'],
  Digit3: ['"', '3'],
  Digit4: ["'", '4'],
  Digit5: ['(', '5'],
  Digit6: ['-', '6'],
  Digit7: ['\u00e8', '7'],
  Digit8: ['_', '8'],
  Digit9: ['\u00e7', '9'],
  Digit0: ['\u00e0', '0'],
};

const CODES = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').map((letter) => `Key${letter}`),
  ...'0123456789'.split('').map((digit) => `Digit${digit}`),
  ...'Minus Equal BracketLeft BracketRight Backslash Semicolon Quote Backquote'.split(' '),
  ...'Comma Period Slash Space'.split(' '),
];
const stroke = (code: string, given: Partial<Stroke> = {}): Stroke => ({
  ...{ code, key: '', shift: false, ctrl: false, alt: false, meta: false, repeat: false, at: 0 },
  ...given,
});

/** The strokes of a scanner set to a US keyboard that types `text` and Enter. */
function scanner(
  text: string,
  { layout = {} as Layout, caps = false, gap = 4, start = 1000, gs = 'ctrl' } = {},
): Stroke[] {
  let at = start;
  const strokes = [...text].map((character) => {
    at += gap;
    if (character === GS) {
      return gs === 'F8' ? stroke('F8', { at }) : stroke('BracketRight', { ctrl: true, at });
    }
    for (const code of CODES) {
      for (const shift of [false, true]) {
        if (characterOf(stroke(code, { shift })) !== character) continue;
        const letter = code.startsWith('Key');
        const own = layout[code] ?? (letter ? bothCases(code) : [character, character]);
        const seen = caps && letter ? own[shift ? 0 : 1] : own[shift ? 1 : 0];
        return stroke(code, { shift, key: seen, at });
      }
    }
    throw new Error(`no key types ${JSON.stringify(character)}`);
  });
  return [...strokes, stroke('Enter', { key: 'Enter', at: at + gap })];
}

const bothCases = (code: string) => [code.slice(3).toLowerCase(), code.slice(3)] as const;

function play(strokes: Stroke[], wedge = new Wedge()): Answer[] {
  return strokes.map((each) => wedge.feed(each));
}
const scanned = (answers: Answer[]) =>
  answers.flatMap((answer) => (answer.kind === 'scan' ? [answer.text] : []));

describe('what a scanner types', () => {
  const layouts: [string, Layout][] = [
    ['US', {}],
    ['German', GERMAN],
    ['French', FRENCH],
  ];
  for (const [name, layout] of layouts) {
    for (const caps of [false, true]) {
      it(`is read under a ${name} layout${caps ? ' with Caps Lock' : ''}`, () => {
        const strokes = scanner(PACK, { layout, caps });
        expect(scanned(play(strokes))).toEqual([PACK]);
        const byKey = strokes.map(({ key }) => key).join('');
        if (name !== 'US' || caps) expect(byKey).not.toContain('21SN7ZY19K2M');
      });
    }
  }

  it('keeps the case of letters', () => {
    expect(scanned(play(scanner('0109506000134352' + '21aBcXyZ')))).toEqual([
      '010950600013435221aBcXyZ',
    ]);
  });

  it('takes F8 and Alt+029 as the group separator too', () => {
    expect(scanned(play(scanner(PACK, { gs: 'F8' })))).toEqual([PACK]);
    const wedge = new Wedge();
    play(scanner('21ABCDE').slice(0, -1), wedge);
    let at = 1040;
    for (const digit of '029') wedge.feed(stroke(`Numpad${digit}`, { alt: true, at: (at += 4) }));
    expect(wedge.release('AltLeft', (at += 4))).toEqual({ kind: 'swallow' });
    wedge.feed(stroke('Digit1', { at: (at += 4) }));
    expect(wedge.feed(stroke('Enter', { at: at + 4 }))).toEqual({
      kind: 'scan',
      text: `21ABCDE${GS}1`,
    });
  });

  it('reads every printable ASCII character', () => {
    const all = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
    expect(scanned(play(scanner(all, { layout: FRENCH, caps: true })))).toEqual([all]);
  });

  it('survives a pause inside the code', () => {
    const strokes = scanner(PACK);
    const late = strokes.map((each, at) => (at > 20 ? { ...each, at: each.at + 450 } : each));
    expect(scanned(play(late))).toEqual([PACK]);
  });

  it('comes from a slow wireless scanner as well', () => {
    expect(scanned(play(scanner(PACK, { gap: 55 })))).toEqual([PACK]);
  });

  it('may end with Tab', () => {
    const strokes = scanner(PACK);
    const tab = strokes.map((each) => (each.code === 'Enter' ? { ...each, code: 'Tab' } : each));
    expect(scanned(play(tab))).toEqual([PACK]);
  });

  it('is unfinished without a terminator, however much of it came', () => {
    const strokes = scanner(PACK).slice(0, -1);
    for (const cut of [14, 25, strokes.length]) {
      const wedge = new Wedge();
      expect(scanned(play(strokes.slice(0, cut), wedge))).toEqual([]);
      const end = strokes[cut - 1]!.at;
      expect(wedge.idle(end + 450)).toEqual({ kind: 'pass' });
      expect(wedge.idle(end + 550)).toEqual({ kind: 'unfinished', text: PACK.slice(0, cut) });
      expect(wedge.length).toBe(0);
    }
  });

  it('is kept from the page from the fourth character on, and undone before', () => {
    const kinds = play(scanner('0109506000134352')).map(({ kind }) => kind);
    expect(kinds.slice(0, 5)).toEqual(['pass', 'pass', 'pass', 'begin', 'swallow']);
    expect(kinds.at(-1)).toBe('scan');
    expect(kinds.slice(4, -1).every((kind) => kind === 'swallow')).toBe(true);
  });

  it('does not leak into the next scan', () => {
    const wedge = new Wedge();
    const first = scanned(play(scanner(PACK), wedge));
    const second = scanned(play(scanner('0109506000134369', { start: 5000 }), wedge));
    expect([first, second]).toEqual([[PACK], ['0109506000134369']]);
  });

  it('is dropped whole when it is longer than any barcode', () => {
    const wedge = new Wedge();
    expect(scanned(play(scanner('9'.repeat(5_000), { gap: 1 }), wedge))).toEqual([]);
    expect(scanned(play(scanner(PACK, { start: 20_000 }), wedge))).toEqual([PACK]);
  });
});

describe('what a person types', () => {
  const kinds = (strokes: Stroke[]) => new Set(play(strokes).map(({ kind }) => kind));

  it('is left alone at 120 words a minute', () => {
    expect(kinds(scanner('(01)09506000134352(21)SN7', { gap: 100 }))).toEqual(new Set(['pass']));
  });

  it('is left alone when two or three keys roll together', () => {
    let at = 0;
    const gaps = [120, 20, 18, 140, 25, 130, 15, 22, 150, 30];
    const strokes = gaps.map((gap) => stroke('KeyE', { key: 'e', at: (at += gap) }));
    expect(kinds([...strokes, stroke('Enter', { at: at + 90 })])).toEqual(new Set(['pass']));
  });

  it('is left alone when a key is held down', () => {
    const strokes = Array.from({ length: 40 }, (_, index) =>
      stroke('Digit0', { repeat: index > 0, at: index * 30 }),
    );
    expect(kinds([...strokes, stroke('Enter', { at: 1230 })])).toEqual(new Set(['pass']));
  });

  it('keeps its shortcuts', () => {
    const wedge = new Wedge();
    for (const code of ['KeyC', 'KeyV', 'KeyR', 'KeyF']) {
      expect(wedge.feed(stroke(code, { ctrl: true, at: 10 }))).toEqual({ kind: 'pass' });
    }
    expect(wedge.feed(stroke('Enter', { at: 20 }))).toEqual({ kind: 'pass' });
  });
});
