// From a camera frame to the codes in it, by ZXing compiled to WASM. The content is taken from the
// bytes of a code, never from its text: only there the group separator is the character 0x1D that
// it is on the pack. What a code gives is written as a scanner sends it, with the AIM symbology
// identifier before it, so that it goes the same way afterwards. Runs in a worker and in Node.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { ReaderOptions, ReadResult } from 'zxing-wasm/reader';

/** RGBA, row by row, four bytes a pixel. */
export interface Frame {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/**
 * `fast` for each frame, `hard` for some: it takes about ten times as long and reads half as much
 * again, because the middle is enlarged as well: small and blurred modules are found then.
 */
export type Effort = 'fast' | 'hard';

export interface Code {
  /** As a scanner sends it: AIM identifier, then the content with real group separators. */
  text: string;
  /** Bars have one check character where matrix codes correct errors: they want a second look. */
  linear: boolean;
}

/** What a frame shows. */
export interface Sight {
  codes: Code[];
  /** Longest side in pixels of what looks like a code but cannot be read; 0 for none. */
  unread: number;
}

/** Codes in one picture: a pack has a matrix code and perhaps bars; more is another pack. */
const SYMBOLS_MAX = 4;
/** The middle that is enlarged, pixels, and how much. */
const MIDDLE = 400;
const ENLARGED = 2;
/** Lines of a bar code that must agree. */
const LINES = 3;

const COMMON: ReaderOptions = {
  formats: ['DataMatrix', 'QRCode', 'Code128'],
  maxNumberOfSymbols: SYMBOLS_MAX,
  minLineCount: LINES,
  returnErrors: true,
  textMode: 'Plain',
};
const OPTIONS: Record<Effort, ReaderOptions> = {
  fast: { ...COMMON, tryHarder: false, tryRotate: true, tryInvert: false, tryDownscale: false },
  hard: { ...COMMON, tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true },
};

/** Loads the decoder: from the address of its WASM file, or from the bytes of it. */
export async function prepare(wasm: string | ArrayBuffer): Promise<void> {
  const overrides =
    typeof wasm === 'string' ? { locateFile: () => wasm } : { wasmBinary: wasm as ArrayBuffer };
  await prepareZXingModule({ overrides, fireImmediately: true });
}

/** The codes in a frame; `prepare` comes first. */
export async function decode(frame: Frame, effort: Effort): Promise<Sight> {
  const plain = await look(frame, effort, 1);
  if (effort === 'fast' || plain.codes.length > 0) return plain;
  const near = await look(enlarged(frame), effort, ENLARGED);
  return { codes: near.codes, unread: Math.max(plain.unread, near.unread) };
}

async function look(frame: Frame, effort: Effort, scale: number): Promise<Sight> {
  const results = await readBarcodes(frame as unknown as ImageData, OPTIONS[effort]);
  const codes = results.filter(({ isValid, bytes }) => isValid && bytes.length > 0).map(codeOf);
  const failed = results.filter(({ isValid }) => !isValid);
  return { codes, unread: Math.round(Math.max(0, ...failed.map(longestSide)) / scale) };
}

/** The middle of a frame in grey, twice as large, with the pixels between made by those around. */
function enlarged(frame: Frame): Frame {
  const [width, height] = [Math.min(frame.width, MIDDLE), Math.min(frame.height, MIDDLE)];
  const [left, top] = [(frame.width - width) >> 1, (frame.height - height) >> 1];
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = ((top + y) * frame.width + left + x) * 4;
      const [red, green, blue] = [frame.data[at]!, frame.data[at + 1]!, frame.data[at + 2]!];
      grey[y * width + x] = (red + 2 * green + blue) / 4;
    }
  }
  const data = new Uint8ClampedArray(width * height * ENLARGED ** 2 * 4).fill(255);
  const wide = width * ENLARGED;
  for (let y = 0; y < height * ENLARGED; y++) {
    for (let x = 0; x < wide; x++) {
      const value = between(grey, width, height, (x + 0.5) / ENLARGED, (y + 0.5) / ENLARGED);
      const at = (y * wide + x) * 4;
      data[at] = data[at + 1] = data[at + 2] = value;
    }
  }
  return { width: wide, height: height * ENLARGED, data };
}

/** Bilinear interpolation; coordinates are of pixel middles plus a half. */
function between(grey: Float32Array, width: number, height: number, x: number, y: number): number {
  const [u, v] = [Math.max(0, x - 0.5), Math.max(0, y - 0.5)];
  const [x0, y0] = [Math.min(width - 1, Math.floor(u)), Math.min(height - 1, Math.floor(v))];
  const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
  const [a, b] = [u - x0, v - y0];
  const upper = grey[y0 * width + x0]! * (1 - a) + grey[y0 * width + x1]! * a;
  const lower = grey[y1 * width + x0]! * (1 - a) + grey[y1 * width + x1]! * a;
  return upper * (1 - b) + lower * b;
}

const codeOf = (result: ReadResult): Code => ({
  text: result.symbologyIdentifier + contentOf(result.bytes),
  linear: result.symbology === 'Code128',
});

/** UTF-8 where it is, else one character a byte; GS1 content is ASCII and both. */
function contentOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

function longestSide({ position }: ReadResult): number {
  const { topLeft, topRight, bottomLeft } = position;
  const side = (a: typeof topLeft, b: typeof topLeft) => Math.hypot(a.x - b.x, a.y - b.y);
  return Math.max(side(topLeft, topRight), side(topLeft, bottomLeft));
}
