import { describe, expect, it } from 'vitest';
import world from 'world-atlas/countries-110m.json';
import type { LotTrace } from '../api/types';
import { drawMap, ways, type Atlas } from './map';

const atlas = world as unknown as Atlas;

const lane = (name: string, at: [number, number] | null) => ({
  ...{ id: name, kind: 'holder', party: { gln: name, name }, place: null, place_name: null },
  ...{ country: null, latitude: at?.[0] ?? null, longitude: at?.[1] ?? null },
  ...{ holders: 1, packs: 10 },
});
const node = (at: number) => ({
  ...{ id: `${at}`, lane: at, packs: 1, made: 0, states: [] },
  ...{ first_at: '2026-11-21T08:00:00.000Z', last_at: '2026-11-21T09:00:00.000Z' },
});
const edge = (from: number, to: number | null, lane: number, packs: number) => ({
  ...{ from, to, to_lane: lane, packs, loose: 0, units: [], unit_count: 0, steps: [] },
  ...{ left_at: '2026-11-21T08:30:00.000Z', came_at: null },
});
const trace: LotTrace = {
  ...{ gtin: '', lot: '', product: null, whole: true, bucket_ms: null },
  ...{ first_at: null, last_at: null },
  sum: { made: 0, located: 0, terminal: 0, unknown: 0, by_status: {} },
  lanes: [lane('Marburg', [50.8, 8.77]), lane('Leipzig', [51.34, 12.37]), lane('Nowhere', null)],
  nodes: [node(0), node(1), node(2)],
  edges: [edge(0, 1, 1, 5), edge(0, null, 1, 2), edge(1, 2, 2, 4)],
};

describe('the map of a trace', () => {
  it('adds up the ways between two places', () => {
    expect(ways(trace)).toEqual([
      { from: 0, to: 1, packs: 7 },
      { from: 1, to: 2, packs: 4 },
    ]);
  });

  it('puts west to the left, and draws what has coordinates', () => {
    const map = drawMap(trace, 800, atlas)!;
    const [marburg, leipzig] = map.places;
    expect(map.places).toHaveLength(2);
    expect(marburg!.x).toBeLessThan(leipzig!.x);
    expect(marburg!.y).toBeGreaterThan(leipzig!.y);
    expect(map.ways).toHaveLength(1);
    expect(map.ways[0]!.d).toMatch(/^M/);
    expect(map.missing).toBe(1);
    expect(map.countries.length).toBeGreaterThan(3);
    for (const { x, y } of map.places) {
      expect(x > 0 && x < map.width && y > 0 && y < map.height).toBe(true);
    }
  });

  it('shows a single place in its surroundings, and nothing where none is known', () => {
    const alone = { ...trace, lanes: [trace.lanes[0]!], nodes: [node(0)], edges: [] };
    expect(drawMap(alone, 400, atlas)!.countries.length).toBeGreaterThan(0);
    expect(drawMap({ ...alone, lanes: [trace.lanes[2]!] }, 400, atlas)).toBeNull();
  });
});
