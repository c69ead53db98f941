import { describe, expect, it } from 'vitest';
import type { LedgerBlock } from './api/types';
import {
  dagOf,
  laneOf,
  LANES,
  marksOf,
  merged,
  nearest,
  newer,
  placesOf,
  SHOWN,
  spanOf,
} from './dag';

const block = (position: number, parents: number[] = [], author?: string): LedgerBlock => ({
  id: `id${position}`,
  position,
  milestone: position,
  recorded_at: new Date(1_795_000_000_000 + position * 1_000).toISOString(),
  final: true,
  parents: parents.map((each) => `id${each}`),
  seen: author
    ? ({ author, kind: 'events', items: 1, visible: 1, signed_at: '' } as LedgerBlock['seen'])
    : null,
});

describe('the strip of the tangle', () => {
  it('stands in the order of time, with a line to each parent that is shown', () => {
    const dag = dagOf([block(3, [2, 1]), block(2, [1, 0]), block(1, [0])]);
    expect(dag.nodes.map(({ block, at }) => [block.position, at])).toEqual([
      [1, 1_795_000_001_000],
      [2, 1_795_000_002_000],
      [3, 1_795_000_003_000],
    ]);
    const lines = dag.edges.map(({ from, to }) => [from.block.position, to.block.position]);
    expect(lines).toEqual([
      [2, 1],
      [3, 2],
      [3, 1],
    ]);
  });

  it('shows the newest only', () => {
    const many = Array.from({ length: 200 }, (_, at) => block(199 - at, [198 - at]));
    const { nodes, edges } = dagOf(many);
    expect(nodes).toHaveLength(SHOWN);
    expect(nodes.at(-1)!.block.position).toBe(199);
    expect(edges).toHaveLength(SHOWN - 1);
  });

  it('gives each author a lane of its own choice, and the others the last', () => {
    const keys = Array.from({ length: 200 }, (_, at) => `${at}`.padStart(64, '0'));
    const lanes = new Set(keys.map(laneOf));
    expect([...lanes].sort()).toEqual(Array.from({ length: LANES }, (_, at) => at));
    for (const key of keys) expect(laneOf(key)).toBe(laneOf(key));
    expect(laneOf(undefined)).toBe(LANES);
    const [hidden, own] = dagOf([block(1, [], keys[0]), block(0)]).nodes;
    expect([hidden!.lane, own!.lane]).toEqual([LANES, laneOf(keys[0])]);
  });

  it('grows without losing order or holding a block twice', () => {
    const known = [block(3), block(2)];
    const now = merged(known, [block(5), block(4), block(3)], 3);
    expect(now.map(({ position }) => position)).toEqual([5, 4, 3]);
    expect(newer(known, now)).toBe(2);
    expect(newer(now, now)).toBe(0);
    expect(newer([], now)).toBe(6);
    expect(newer(known, [])).toBe(0);
  });

  it('finds the block under a finger', () => {
    const { nodes } = dagOf([block(1, [], 'a'), block(0, [], 'a')]);
    const place = ({ block }: { block: LedgerBlock }) => ({ x: block.position * 20, y: 10 });
    expect(nearest(nodes, { x: 18, y: 12 }, place, 12)!.block.position).toBe(1);
    expect(nearest(nodes, { x: 90, y: 12 }, place, 12)).toBeNull();
    expect(nearest([], { x: 0, y: 0 }, place, 12)).toBeNull();
  });

  it('gives each block room, and pauses a length that is theirs', () => {
    const places = placesOf([0, 10, 10, 40, 100], 400, 20);
    expect(places).toEqual([0, 52, 72, 188, 400]);
    const steps = placesOf([0, 1, 1, 1, 1], 400, 200);
    for (let nth = 1; nth < 5; nth++) expect(steps[nth]! - steps[nth - 1]!).toBeGreaterThan(50);
    expect(steps.at(-1)).toBe(400);
    expect(steps[1]! - steps[0]!).toBeGreaterThan(2 * (steps[2]! - steps[1]!));
  });

  it('stands in equal steps where all came at once, and alone at the end', () => {
    expect(placesOf([5, 5, 5], 100, 10)).toEqual([0, 50, 100]);
    expect(placesOf([5], 100, 10)).toEqual([100]);
    expect(placesOf([], 100, 10)).toEqual([]);
  });

  it('never goes back in time', () => {
    const late = { ...block(2), recorded_at: block(0).recorded_at };
    const [first, second] = dagOf([late, block(1)]).nodes;
    expect(second!.at).toBe(first!.at);
  });

  it('writes times where there is room, the newest for certain', () => {
    expect(marksOf([0, 30, 60, 95, 100], 40)).toEqual([0, 2, 4]);
    expect(marksOf([0, 100], 40)).toEqual([0, 1]);
    expect(marksOf([], 40)).toEqual([]);
  });

  it('tells spans in the unit that people would', () => {
    const rows: [number, number, string][] = [
      [0, 0, 'ms'],
      [999, 999, 'ms'],
      [1_250, 1.3, 's'],
      [90_000, 2, 'min'],
      [5_400_000, 1.5, 'h'],
      [259_200_000, 3, 'd'],
    ];
    for (const [ms, value, unit] of rows) expect(spanOf(ms)).toEqual({ value, unit });
  });
});
