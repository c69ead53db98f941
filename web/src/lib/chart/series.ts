// From a cold-chain answer to what is drawn: one time axis, one column per logger, a hole where
// nothing was measured, and the extremes. Pure.
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
  readings: Reading[];
  devices: string[];
  /** Seconds since 1970, ascending; with a row of nulls inside each gap. */
  times: number[];
  /** One column per device, in the order of `devices`. */
  columns: (number | null | undefined)[][];
  gaps: Span[];
  excursions: Span[];
  lowest: Reading | null;
  highest: Reading | null;
}

export function seriesOf(chain: Measured): Series {
  const readings = readingsOf(chain);
  const gaps = spansOf(chain.gaps);
  const devices = [...new Set(readings.map((reading) => reading.device))];
  const moments = new Set(readings.map((reading) => reading.t));
  // A row without any value in the middle of a gap breaks every line there.
  const holes = new Set(gaps.map(({ from, to }) => Math.round((from + to) / 2)));
  for (const hole of holes) if (moments.has(hole)) holes.delete(hole);
  const times = [...moments, ...holes].sort((a, b) => a - b);
  const row = new Map(times.map((t, at) => [t, at]));
  // `undefined` lets a line pass (another logger's moment), `null` breaks it (a gap).
  const empty = times.map((t) => (holes.has(t) ? null : undefined));
  const columns = devices.map(() => [...empty] as (number | null | undefined)[]);
  for (const { t, celsius, device } of readings) {
    columns[devices.indexOf(device)]![row.get(t)!] = celsius;
  }
  return {
    readings,
    devices,
    times: times.map((t) => t / 1000),
    columns,
    gaps,
    excursions: spansOf(chain.excursions),
    lowest: extreme(readings, (a, b) => a < b),
    highest: extreme(readings, (a, b) => a > b),
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

function readingsOf(chain: Measured): Reading[] {
  const readings: Reading[] = [];
  for (const { t, c, device, shipment } of chain.readings) {
    const ms = toMs(t);
    if (ms === null || !Number.isFinite(c)) continue;
    readings.push({ t: ms, celsius: c, device: device ?? '', shipment: shipment ?? '' });
  }
  return readings.sort((a, b) => a.t - b.t);
}

function spansOf(spans: { from: Instant; to: Instant }[]): Span[] {
  return spans.flatMap((span) => {
    const [from, to] = [toMs(span.from), toMs(span.to)];
    return from !== null && to !== null && to >= from ? [{ from, to }] : [];
  });
}

function extreme(readings: Reading[], beats: (a: number, b: number) => boolean): Reading | null {
  let best: Reading | null = null;
  for (const reading of readings) {
    if (best === null || beats(reading.celsius, best.celsius)) best = reading;
  }
  return best;
}
