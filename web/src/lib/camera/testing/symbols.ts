// Codes drawn for tests by another hand than the reader's: BWIPP makes the modules, the frame is
// ours. A frame is what a camera would give: the code turned, blurred by the lens, with little or
// much contrast, and noise on all of it. Seeded, so that a frame is the same each time.
import bwip from 'bwip-js/node';
import type { Frame } from '../decode';

/** Modules of a code, dark ones `true`; no quiet zone. */
export interface Symbol {
  width: number;
  height: number;
  dark: (x: number, y: number) => boolean;
}

/** Height of bars in modules. */
const BAR_HEIGHT = 40;

/** The modules of `text` as BWIPP's encoder `bcid` makes them. */
export function symbolOf(bcid: string, text: string, options: object = {}): Symbol {
  const [made] = bwip.raw({ bcid, text, ...options } as never) as unknown as [
    { pixs?: number[]; pixx: number; pixy: number; sbs: number[] },
  ];
  if (made.pixs) {
    const { pixs, pixx, pixy } = made;
    return { width: pixx, height: pixy, dark: (x, y) => pixs[y * pixx + x] === 1 };
  }
  const bars = made.sbs.flatMap((width, at) => Array<boolean>(width).fill(at % 2 === 0));
  return { width: bars.length, height: BAR_HEIGHT, dark: (x) => bars[x] === true };
}

export interface Shot {
  width: number;
  height: number;
  /** Pixels a module is wide. */
  module: number;
  degrees: number;
  /** Standard deviation of the blur, pixels. */
  blur: number;
  /** Grey of dark and light modules, 0 to 255. */
  ink: number;
  paper: number;
  /** Standard deviation of the noise, grey levels. */
  noise: number;
  seed: number;
}

/** A sharp, straight picture of the code with room around it. */
export function plainFrame(symbol: Symbol, module = 4): Frame {
  const room = 8 * module;
  return shoot(symbol, {
    width: Math.ceil(symbol.width * module) + 2 * room,
    height: Math.ceil(symbol.height * module) + 2 * room,
    ...{ module, degrees: 0, blur: 0, ink: 0, paper: 255, noise: 0, seed: 1 },
  });
}

/** Pieces of a pixel in each direction when modules are laid on pixels. */
const PIECES = 4;

/** The frame of a camera that looks at the code so; its middle is moved a little by the seed. */
export function shoot(symbol: Symbol, shot: Shot): Frame {
  const random = mulberry32(shot.seed);
  const grey = new Float32Array(shot.width * shot.height).fill(shot.paper);
  const [cx, cy] = [shot.width / 2 + random() - 0.5, shot.height / 2 + random() - 0.5];
  const turn = (shot.degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn) / shot.module, Math.sin(turn) / shot.module];
  const reach = (Math.hypot(symbol.width, symbol.height) * shot.module) / 2 + 1;
  for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(shot.height, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(shot.width, cx + reach); x++) {
      let ink = 0;
      for (let piece = 0; piece < PIECES * PIECES; piece++) {
        const dx = x + ((piece % PIECES) + 0.5) / PIECES - cx;
        const dy = y + (Math.floor(piece / PIECES) + 0.5) / PIECES - cy;
        const u = Math.floor(dx * cos + dy * sin + symbol.width / 2);
        const v = Math.floor(dy * cos - dx * sin + symbol.height / 2);
        const inside = u >= 0 && v >= 0 && u < symbol.width && v < symbol.height;
        if (inside && symbol.dark(u, v)) ink += 1;
      }
      const share = ink / (PIECES * PIECES);
      grey[y * shot.width + x] = shot.paper + (shot.ink - shot.paper) * share;
    }
  }
  return noisy(blurred(grey, shot, cx, cy, reach), shot, random);
}

/** Gaussian blur, first along rows, then along columns, where the code is. */
function blurred(grey: Float32Array, shot: Shot, cx: number, cy: number, reach: number) {
  if (shot.blur === 0) return grey;
  const radius = Math.ceil(shot.blur * 3);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / (2 * shot.blur ** 2)),
  );
  const sum = kernel.reduce((total, each) => total + each, 0);
  const far = reach + 2 * radius;
  const [left, right] = [Math.max(0, Math.floor(cx - far)), Math.min(shot.width, cx + far)];
  const [top, bottom] = [Math.max(0, Math.floor(cy - far)), Math.min(shot.height, cy + far)];
  let from = grey;
  for (const [stepX, stepY] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const to = from.slice();
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        let value = 0;
        for (let at = -radius; at <= radius; at++) {
          const px = Math.min(shot.width - 1, Math.max(0, x + at * stepX));
          const py = Math.min(shot.height - 1, Math.max(0, y + at * stepY));
          value += from[py * shot.width + px]! * kernel[at + radius]!;
        }
        to[y * shot.width + x] = value / sum;
      }
    }
    from = to;
  }
  return from;
}

function noisy(grey: Float32Array, shot: Shot, random: () => number): Frame {
  const data = new Uint8ClampedArray(grey.length * 4);
  for (let at = 0; at < grey.length; at++) {
    // The sum of two uniform numbers has a variance of a sixth.
    const noise = shot.noise && (random() + random() - 1) * Math.sqrt(6);
    const value = grey[at]! + noise * shot.noise;
    data[at * 4] = data[at * 4 + 1] = data[at * 4 + 2] = value;
    data[at * 4 + 3] = 255;
  }
  return { width: shot.width, height: shot.height, data };
}

/** A small generator of numbers in [0, 1), the same for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
