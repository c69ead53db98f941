// Code 128 (ISO/IEC 15417) as GS1-128, for the scanner doctor's test sheet: one symbol that our own
// code draws, so that nothing has to be loaded to print it. Pure.
import { GS } from './wedge';

/** Widths of bars and spaces of each symbol character, in modules, by its value. */
const PATTERNS = (
  '212222222122222221121223121322131222122213122312132212221213221312231212112232122132' +
  '122231113222123122123221223211221132221231213212223112312131311222321122321221312212' +
  '322112322211212123212321232121111323131123131321112313132113132311211313231113231311' +
  '112133112331132131113123113321133121313121211331231131213113213311213131311123311321' +
  '331121312113312311332111314111221411431111111224111422121124121421141122141221112214' +
  '112412122114122411142112142211241211221114413111241112134111111242121142121241114212' +
  '124112124211411212421112421211212141214121412121111143111341131141114113114311411113' +
  '411311113141114131311141411131211412211214211232'
).match(/\d{6}/g)!;
const STOP = '2331112';

const [CODE_C, CODE_B, FNC1, START_B, START_C] = [99, 100, 102, 104, 105];
const MODULUS = 103;

/** Symbol characters of a GS1-128: start, FNC1, data (GS becomes FNC1), check character. */
export function valuesOf(text: string): number[] {
  let inC = startsWithDigits(text, 4);
  const values = [inC ? START_C : START_B, FNC1];
  for (let at = 0; at < text.length;) {
    if (text[at] === GS) {
      values.push(FNC1);
      at += 1;
    } else if (inC && startsWithDigits(text.slice(at), 2)) {
      values.push(Number(text.slice(at, at + 2)));
      at += 2;
    } else if (inC) {
      values.push(CODE_B);
      inC = false;
    } else if (startsWithDigits(text.slice(at), 6)) {
      values.push(CODE_C);
      inC = true;
    } else {
      const value = text.charCodeAt(at) - 32;
      if (value < 0 || value > 94) throw new Error('code set B has no such character');
      values.push(value);
      at += 1;
    }
  }
  const sum = values.reduce((total, value, at) => total + value * Math.max(at, 1), 0);
  return [...values, sum % MODULUS];
}

const startsWithDigits = (text: string, n: number) => new RegExp(`^\\d{${n}}`).test(text);

export interface Bar {
  x: number;
  width: number;
}

/** The bars in modules, with a quiet zone of ten on each side; `width` is the whole symbol's. */
export function barsOf(text: string): { bars: Bar[]; width: number } {
  const widths = valuesOf(text)
    .map((value) => PATTERNS[value]!)
    .concat(STOP)
    .join('');
  const bars: Bar[] = [];
  let x = 10;
  [...widths].forEach((digit, at) => {
    const width = Number(digit);
    if (at % 2 === 0) bars.push({ x, width });
    x += width;
  });
  return { bars, width: x + 10 };
}
