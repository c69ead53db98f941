// From a cold-chain answer to what is drawn: one time axis, one column per logger, a hole where
// nothing was measured, and the extremes. Pure, and one pass over a year of readings every half
// minute (a million of them): no object is made for a reading that nobody looks at.
import { toMs, type Instant } from '../time';

/** The part of a cold-chain answer that is drawn. */
export interface Measured {
  readings: { t: Instant; c: number; device?: string | null; shipment?: string | null }[];
  gaps: { from: Instant; to: Instant }[];
  excursions: { from: Instant; to: Instant }[];
}

export interface Reading {
  /** Milliseconds since 1970. */
  t: number;
  celsius: number;
  device: string;
  shipment: string;
}

export interface Span {
  from: number;
  to: number;
}

export interface Series {
  count: number;
  /** The reading at a place in the order of time. */
  reading: (at: number) => Reading;
  devices: string[];
  /** Seconds since 1970, ascending; with a row of nulls inside each gap. */
  times: number[] | Float64Array;
  /** One column per device, in the order of `devices`. */
  columns: ((number | null | undefined)[] | Float64Array)[];
  gaps: Span[];
  excursions: Span[];
  lowest: Reading | null;
  highest: Reading | null;
}

export function seriesOf(chain: Measured): Series {
  const sorted = inOrder(chain);
  const { count, at, celsius, device, devices } = sorted;
  const gaps = spansOf(chain.gaps);
  const holes = holesOf(gaps);
  const times: number[] = [];
  const columns = devices.map((): (number | null | undefined)[] => []);
  // `undefined` lets a line pass (another logger's moment), `null` breaks it (a gap).
  const row = (ms: number, value: null | undefined) => {
    times.push(ms / 1000);
    for (const column of columns) column.push(value);
  };
  let [hole, last, lowest, highest] = [0, NaN, -1, -1];
  for (let nth = 0; nth < count; nth++) {
    const ms = at[nth]!;
    while (hole < holes.length && holes[hole]! < ms) {
      const middle = holes[hole++]!;
      if (middle !== last) row((last = middle), null);
    }
    if (ms !== last) row((last = ms), undefined);
    columns[device[nth]!]![times.length - 1] = celsius[nth]!;
    if (lowest < 0 || celsius[nth]! < celsius[lowest]!) lowest = nth;
    if (highest < 0 || celsius[nth]! > celsius[highest]!) highest = nth;
  }
  const rest = holes.slice(hole).filter((middle) => middle !== last);
  for (const middle of new Set(rest)) row(middle, null);
  return {
    count,
    reading: sorted.reading,
    devices,
    times,
    columns,
    gaps,
    excursions: spansOf(chain.excursions),
    lowest: lowest < 0 ? null : sorted.reading(lowest),
    highest: highest < 0 ? null : sorted.reading(highest),
  };
}

/** The vertical range: all readings and the limits, with air above and below. */
export function rangeOf(
  series: Series,
  low?: number | null,
  high?: number | null,
): [number, number] {
  const values = [series.lowest?.celsius, series.highest?.celsius, low, high].filter(
    (value): value is number => value !== null && value !== undefined,
  );
  if (values.length === 0) return [0, 10];
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const air = Math.max((max - min) * 0.12, 1);
  return [min - air, max + air];
}

interface Sorted {
  count: number;
  /** Milliseconds since 1970, ascending. */
  at: Float64Array;
  celsius: Float64Array;
  /** Places in `devices`. */
  device: Uint16Array;
  devices: string[];
  reading: (nth: number) => Reading;
}

/** What are readings, in the order of their time. */
function inOrder({ readings }: Measured): Sorted {
  const order = new Uint32Array(readings.length);
  const moments = new Float64Array(readings.length);
  let [count, ascending] = [0, true];
  for (let nth = 0; nth < readings.length; nth++) {
    const { t, c } = readings[nth]!;
    const ms = toMs(t);
    if (ms === null || !Number.isFinite(c)) continue;
    moments[nth] = ms;
    if (count > 0 && ms < moments[order[count - 1]!]!) ascending = false;
    order[count++] = nth;
  }
  const kept = order.subarray(0, count);
  if (!ascending) kept.sort((a, b) => moments[a]! - moments[b]! || a - b);
  const at = Float64Array.from(kept, (nth) => moments[nth]!);
  const celsius = Float64Array.from(kept, (nth) => readings[nth]!.c);
  const device = new Uint16Array(count);
  const places = new Map<string, number>();
  for (let nth = 0; nth < count; nth++) {
    const name = readings[kept[nth]!]!.device ?? '';
    let place = places.get(name);
    if (place === undefined) places.set(name, (place = places.size));
    device[nth] = place;
  }
  const reading = (nth: number) => {
    const { c, device: by, shipment } = readings[kept[nth]!]!;
    return { t: at[nth]!, celsius: c, device: by ?? '', shipment: shipment ?? '' };
  };
  return { count, at, celsius, device, devices: [...places.keys()], reading };
}

/** A row without any value in the middle of a gap breaks every line there. */
export const holesOf = (gaps: Span[]): number[] =>
  gaps.map(({ from, to }) => Math.round((from + to) / 2)).sort((a, b) => a - b);

export function spansOf(spans: { from: Instant; to: Instant }[]): Span[] {
  return spans.flatMap((span) => {
    const [from, to] = [toMs(span.from), toMs(span.to)];
    return from !== null && to !== null && to >= from ? [{ from, to }] : [];
  });
}
