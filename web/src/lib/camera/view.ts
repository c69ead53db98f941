// What to make of the codes a camera sees, frame by frame. A pack that stays in view is scanned
// once; two packs in view are none; what is not a pack's code is not sent. Pure: sights with their
// times go in, a code to check or a hint comes out.
import { recognise, type Recognised } from '../scan/recognise';
import type { Code, Sight } from './decode';

export type Hint = 'aim' | 'closer' | 'steady' | 'several' | 'other_code';
export interface Look {
  /** A code to check now. */
  scan: string | null;
  /** What would help; null while nothing needs to be said. */
  hint: Hint | null;
}

/** A code not seen for so long has left the view. */
export const AWAY_MS = 1_500;
/** Something that looks like a code is told of after so many frames in vain. */
const VAIN_FRAMES = 4;
/** Without any code for so long a person is told where to hold it. */
const AIM_MS = 4_000;
/** Least side of a pack's code in pixels that is read reliably: 26 modules of two pixels. */
const LEAST_SIDE = 52;

export class View {
  /** Identity of the code in view, and when it was seen last. */
  #held: { name: string; at: number } | null = null;
  /** A code that must be seen once more, and how often it was. */
  #unsure: { name: string; times: number } | null = null;
  #vain = 0;
  #since: number;

  constructor(at: number) {
    this.#since = at;
  }

  /** What was in view stays so: while nothing is looked at, nothing leaves. */
  keep(at: number): void {
    if (this.#held) this.#held.at = at;
    this.#since = at;
    this.#vain = 0;
  }

  look({ codes, unread }: Sight, at: number): Look {
    if (this.#held && at - this.#held.at > AWAY_MS) this.#held = null;
    const picked = pick(codes);
    if (picked === 'several' || picked === 'other_code') return this.#without(picked);
    if (picked === null) return this.#nothing(unread, at);
    this.#vain = 0;
    this.#since = at;
    if (picked.name === this.#held?.name) {
      this.#held.at = at;
      return { scan: null, hint: null };
    }
    if (!this.#certain(picked)) return { scan: null, hint: null };
    this.#held = { name: picked.name, at };
    return { scan: picked.text, hint: null };
  }

  #without(hint: Hint): Look {
    this.#unsure = null;
    return { scan: null, hint };
  }

  #nothing(unread: number, at: number): Look {
    this.#vain = unread > 0 ? this.#vain + 1 : Math.max(0, this.#vain - 1);
    if (this.#vain >= VAIN_FRAMES) {
      return { scan: null, hint: unread < LEAST_SIDE ? 'closer' : 'steady' };
    }
    return { scan: null, hint: at - this.#since > AIM_MS ? 'aim' : null };
  }

  #certain({ name, sure }: Picked): boolean {
    if (sure) {
      this.#unsure = null;
      return true;
    }
    const times = this.#unsure?.name === name ? this.#unsure.times + 1 : 1;
    this.#unsure = times > 1 ? null : { name, times };
    return times > 1;
  }
}

interface Picked {
  /** The same for every code of one pack. */
  name: string;
  text: string;
  /** Good at first sight: a matrix code that names a pack. */
  sure: boolean;
}

/** The one code to act on. A pack goes before anything else; two of them are not told apart. */
export function pick(codes: Code[]): Picked | 'several' | 'other_code' | null {
  if (codes.length === 0) return null;
  const packs = one(codes.filter(({ text }) => recognise(text).kind === 'pack'));
  if (packs !== null) return packs;
  const gs1 = one(codes.filter(({ text }) => /^\](d2|C1|Q3|d1\[\)>)/.test(text)));
  return gs1 === null ? 'other_code' : gs1 === 'several' ? gs1 : { ...gs1, sure: false };
}

function one(codes: Code[]): Picked | 'several' | null {
  const [first] = codes;
  if (!first) return null;
  const names = new Set(codes.map(nameOf));
  if (names.size > 1) return 'several';
  // Of a pack's two codes the matrix code is the better read.
  const best = codes.find(({ linear }) => !linear) ?? first;
  return { name: nameOf(best), text: best.text, sure: !best.linear };
}

function nameOf({ text }: Code): string {
  const found: Recognised = recognise(text);
  return found.kind === 'pack' ? `${found.gtin} ${found.serial}` : text;
}
