// The scanner doctor: from the key strokes of one scan to what is well and what is to be set
// otherwise, on the scanner or the computer. Pure.
import { checkDigitHolds, elementString } from './gs1';
import { LAYOUTS, type Layout } from './layouts';
import { characterOf, GS, type Stroke } from './wedge';

/** A key stroke with what the doctor wants to know besides. */
export interface Seen extends Stroke {
  caps: boolean;
}

export type Level = 'good' | 'note' | 'bad';
export type Area = 'content' | 'end' | 'speed' | 'separator' | 'layout' | 'case' | 'prefix';
export interface Check {
  area: Area;
  level: Level;
  /** Key of the sentence and the advice. */
  finding: string;
  detail?: string;
}

export interface Report {
  /** What the portal reads. */
  text: string;
  /** What a program that reads characters gets. */
  typed: string;
  meanGapMs: number | null;
  checks: Check[];
  /** What the scanner is set to, where that is known and something else is set here. */
  layout: Layout | null;
}

/** What the test sheet holds: letters that keyboards move, both cases, and a separator. */
export const SHEET = `010950600013435221aZyQ7mW${GS}10xY2`;

const FAST_MS = 35;
const SLOW_MS = 60;
/** Names that scanners type for a separator they cannot send as a key. */
const NAMED_GS = /\{GS\}|<GS>|\[GS\]|\(GS\)|\^\]/i;
const AIM = /^\][A-Za-z][0-9A-Za-z]/;

/** `set` is the layout by which scanners are read on this computer. */
export function diagnose(strokes: Seen[], set: Layout = 'us'): Report {
  const { text, typed } = read(strokes, set);
  const [core, other] = [text, typed].map(bare) as [string, string];
  const known = bestOf(core, other);
  const meant = layoutOf(strokes, set);
  const checks = [
    content(core, known),
    end(strokes),
    speed(strokes),
    separator(strokes, core, set),
    layout(core, other, meant, set),
    letterCase(strokes, core, other),
    prefix(text, typed),
  ];
  const gap = meanGap(strokes);
  return { text, typed, meanGapMs: gap, checks, layout: meant === set ? null : meant };
}

/** The keyboard by which the strokes are the test sheet; `null` where they are it by none. */
function layoutOf(strokes: Seen[], set: Layout): Layout | null {
  const fits = (each: Layout) => isSheet(bare(read(strokes, each).text));
  return [set, ...LAYOUTS].find(fits) ?? null;
}

/** The worst of the checks: what the scanner is as a whole. */
export function worst(checks: Check[]): Level {
  if (checks.some(({ level }) => level === 'bad')) return 'bad';
  return checks.some(({ level }) => level === 'note') ? 'note' : 'good';
}

function read(strokes: Seen[], set: Layout): { text: string; typed: string } {
  let [text, typed, alt] = ['', '', ''];
  for (const stroke of strokes) {
    const digit = /^Numpad([0-9])$/.exec(stroke.code)?.[1];
    if (stroke.alt && !stroke.ctrl && digit !== undefined) {
      alt += digit;
      continue;
    }
    if (alt !== '') [text, typed, alt] = [text + altOf(alt), typed + altOf(alt), ''];
    if (stroke.code === 'Enter' || stroke.code === 'NumpadEnter' || stroke.code === 'Tab') continue;
    const character = characterOf(stroke, set);
    text += character ?? '';
    typed += character === GS ? GS : stroke.key.length === 1 ? stroke.key : '';
  }
  return { text: text + altOf(alt), typed: typed + altOf(alt) };
}

const altOf = (digits: string) => (digits === '' ? '' : String.fromCharCode(Number(digits)));
const bare = (text: string) => text.replace(AIM, '').replace(/^\u001d/, '');
const plain = (text: string) => text.replace(NAMED_GS, GS).replaceAll(GS, '');
const isSheet = (text: string) => plain(text).toLowerCase() === plain(SHEET).toLowerCase();

/** Which of the two readings makes sense: by physical key, by character, or neither. A real pack
 * read wrongly may still look like one; the sheet's text is known. */
function bestOf(byKey: string, byCharacter: string): 'key' | 'character' | null {
  for (const fits of [isSheet, isPack]) {
    if (fits(byKey)) return 'key';
    if (fits(byCharacter)) return 'character';
  }
  return null;
}

function isPack(text: string): boolean {
  const elements = elementString(text.replace(NAMED_GS, GS)) ?? [];
  const gtin = elements.find(([ai]) => ai === '01')?.[1];
  return gtin !== undefined && checkDigitHolds(gtin);
}

const good = (area: Area, finding: string, detail?: string): Check => ({
  ...{ area, level: 'good' as const, finding },
  ...(detail === undefined ? {} : { detail }),
});
const note = (area: Area, finding: string, detail?: string): Check => ({
  ...good(area, finding, detail),
  level: 'note',
});
const bad = (area: Area, finding: string, detail?: string): Check => ({
  ...good(area, finding, detail),
  level: 'bad',
});

function content(core: string, known: 'key' | 'character' | null): Check {
  if (known === 'key') return good('content', isSheet(core) ? 'sheet' : 'pack');
  return known === 'character' ? bad('content', 'misread') : bad('content', 'unreadable');
}

function end(strokes: Seen[]): Check {
  const last = strokes.at(-1)?.code ?? '';
  if (last === 'Enter' || last === 'NumpadEnter') return good('end', 'enter');
  return last === 'Tab' ? note('end', 'tab') : bad('end', 'no_end');
}

function meanGap(strokes: Seen[]): number | null {
  const times = strokes.filter((stroke) => stroke.key.length === 1).map(({ at }) => at);
  return times.length < 2 ? null : (times.at(-1)! - times[0]!) / (times.length - 1);
}

function speed(strokes: Seen[]): Check {
  const gap = meanGap(strokes);
  if (gap === null || gap > SLOW_MS) return bad('speed', 'too_slow');
  return gap > FAST_MS ? note('speed', 'slow') : good('speed', 'fast');
}

function separator(strokes: Seen[], core: string, set: Layout): Check {
  const how = strokes.find((stroke) => characterOf(stroke, set) === GS);
  if (how) return good('separator', how.code === 'F8' ? 'gs_f8' : 'gs_control');
  if (core.includes(GS)) return good('separator', 'gs_alt');
  const named = NAMED_GS.exec(core)?.[0];
  if (named !== undefined) return note('separator', 'gs_text', named);
  return isSheet(core) ? bad('separator', 'gs_missing') : note('separator', 'gs_unseen');
}

function layout(core: string, other: string, meant: Layout | null, set: Layout): Check {
  if (meant !== null && meant !== set) return bad('layout', 'scanner_national', meant);
  if (set !== 'us' && meant === set) return note('layout', 'read_as_set', set);
  if (core.toLowerCase() === other.toLowerCase()) return good('layout', 'same');
  return bestOf(core, other) === 'character'
    ? bad('layout', 'scanner_national')
    : note('layout', 'computer_differs');
}

function letterCase(strokes: Seen[], core: string, other: string): Check {
  if (isSheet(core) && plain(core) !== plain(SHEET)) {
    const upper = plain(core) === plain(SHEET).toUpperCase();
    const lower = plain(core) === plain(SHEET).toLowerCase();
    return bad('case', upper ? 'all_upper' : lower ? 'all_lower' : 'inverted');
  }
  const caps = strokes.some((stroke) => stroke.caps);
  if (caps && core !== other) return note('case', 'caps_lock');
  return good('case', 'case_kept');
}

function prefix(text: string, typed: string): Check {
  const aim = AIM.exec(text)?.[0] ?? AIM.exec(typed)?.[0];
  if (aim !== undefined) return good('prefix', 'aim', aim);
  const start = text.search(/01\d{14}/);
  if (start > 0) return bad('prefix', 'foreign', text.slice(0, start));
  return note('prefix', 'no_prefix');
}
