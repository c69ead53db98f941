import { describe, expect, it } from 'vitest';
import type { LotTrace } from '../api/types';
import { draw, hit, place, ticks } from './layout';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(1_795_000_000_000 + hours * HOUR).toISOString();
const lane = (id: string) => ({
  ...{ id, kind: 'holder', party: { gln: id, name: id }, place: null, place_name: null },
  ...{ country: null, latitude: null, longitude: null, holders: 1, packs: 1 },
});
const trace: LotTrace = {
  ...{ gtin: '09506000134352', lot: 'L', product: null, whole: true },
  sum: { made: 10, located: 9, terminal: 1, unknown: 0, by_status: { active: 9, dispensed: 1 } },
  ...{ first_at: at(0), last_at: at(50), bucket_ms: 60_000 },
  lanes: [lane('a'), lane('b')],
  nodes: [
    {
      ...{ id: 'a-0', lane: 0, first_at: at(0), last_at: at(10), packs: 10, made: 10 },
      states: [
        { status: 'in_transit', terminal: false, packs: 2, first_at: at(0), last_at: at(0) },
      ],
    },
    { id: 'b-0', lane: 1, first_at: at(20), last_at: at(50), packs: 8, made: 0, states: [] },
  ],
  edges: [
    {
      ...{ from: 0, to: 1, to_lane: 1, packs: 8, loose: 0, unit_count: 1 },
      ...{ left_at: at(10), came_at: at(20), units: ['u'], steps: ['shipping'] },
    },
    {
      ...{ from: 0, to: null, to_lane: 1, packs: 2, loose: 2, unit_count: 0 },
      ...{ left_at: at(10), came_at: null, units: [], steps: [] },
    },
  ],
};
const drawn = (width = 800) => draw(trace, width, (n) => trace.lanes[n]!.id, String);

describe('the drawing of a trace', () => {
  it('puts stays into their lanes and time', () => {
    const { bars, width, height } = drawn();
    expect(bars).toHaveLength(2);
    expect(bars[0]!.x).toBeLessThan(bars[1]!.x);
    expect(bars[0]!.y).toBeLessThan(bars[1]!.y);
    expect(bars.map(({ end }) => end)).toEqual(['moving', 'none']);
    for (const bar of bars) expect(bar.x + bar.width).toBeLessThanOrEqual(width);
    expect(bars[1]!.y + bars[1]!.height).toBeLessThan(height);
  });

  it('leads what is on its way to the edge of the drawing', () => {
    const [moved, open] = drawn().lines;
    expect([moved!.open, open!.open]).toEqual([false, true]);
    expect(open!.x2).toBeGreaterThan(moved!.x2);
    expect(moved!.width).toBeGreaterThan(open!.width);
  });

  it('finds what is under the pointer', () => {
    const drawing = drawn();
    const bar = drawing.bars[1]!;
    expect(hit(drawing, bar.x + bar.width / 2, bar.y + 2)).toEqual({ node: 1 });
    const line = drawing.lines[0]!;
    expect(hit(drawing, (line.x1 + line.x2) / 2, (line.y1 + line.y2) / 2)).toEqual({ edge: 0 });
    expect(hit(drawing, 1, drawing.height - 1)).toBeNull();
  });

  it('draws a lot of which nothing is known', () => {
    const empty = { ...trace, lanes: [], nodes: [], edges: [] };
    expect(draw(empty, 300, String, String)).toMatchObject({ bars: [], lines: [], labels: [] });
  });
});

describe('labels', () => {
  const wish = (x: number, packs: number, others: { x: number; y: number }[] = []) => ({
    ...{ x, y: 20, text: String(packs), anchor: 'middle' as const, packs, others },
  });

  it('never lie on each other, and the larger number stays', () => {
    const labels = place([wish(10, 5), wish(12, 500), wish(80, 7)], []);
    expect(labels.map(({ text }) => text)).toEqual(['500', '7']);
  });

  it('move aside where they may', () => {
    const labels = place([wish(10, 500), wish(12, 5, [{ x: 12, y: 60 }])], []);
    expect(labels.map(({ y }) => y)).toEqual([20, 60]);
  });

  it('leave the names of lanes readable', () => {
    expect(place([wish(10, 5)], [{ x1: 0, x2: 40, y1: 0, y2: 30 }])).toEqual([]);
  });
});

describe('the axis', () => {
  it('has round moments, not too many', () => {
    expect(ticks(HOUR / 2, 5 * HOUR, 6)).toEqual([1, 2, 3, 4, 5].map((n) => n * HOUR));
    for (const days of [1, 9, 80, 700, 9_000]) {
      expect(ticks(0, days * 24 * HOUR, 6).length).toBeLessThanOrEqual(10);
    }
  });
});
