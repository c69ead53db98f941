// The tangle as a strip: blocks from left to right in time, each in the lane of its author; a line to
// each block that it approves. Blocks whose author is not told share
// the last lane. Pure: it only says where things stand.
import type { LedgerBlock } from './api/types';
import { toMs } from './time';

/** Lanes of authors that are told; one more is for the others. */
export const LANES = 6;
/** Blocks that the strip shows. */
export const SHOWN = 60;

export interface Node {
  block: LedgerBlock;
  /** When it was recorded, milliseconds since 1970; never before the one to its left. */
  at: number;
  lane: number;
}

export interface Edge {
  from: Node;
  to: Node;
}

export interface Dag {
  nodes: Node[];
  edges: Edge[];
}

/** The lane of an author: the same as long as its key is. */
export function laneOf(author: string | undefined): number {
  if (author === undefined) return LANES;
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let at = 0; at < author.length; at++) {
    hash = Math.imul(hash ^ author.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash % LANES;
}

/** `blocks` newest first, as the node gives them. */
export function dagOf(blocks: LedgerBlock[]): Dag {
  const shown = blocks.slice(0, SHOWN).reverse();
  let at = -Infinity;
  const nodes = shown.map((block) => {
    at = Math.max(at, toMs(block.recorded_at) ?? at);
    return { block, at, lane: laneOf(block.seen?.author) };
  });
  const byId = new Map(nodes.map((node) => [node.block.id, node]));
  const edges = nodes.flatMap((from) =>
    from.block.parents.flatMap((parent) => {
      const to = byId.get(parent);
      return to ? [{ from, to }] : [];
    }),
  );
  return { nodes, edges };
}

/** The share of the width that is for time, where blocks stand so close that they need room. */
const TIME_SHARE = 0.4;

/**
 * Where blocks of these times stand on `width`, the last at its end. Each has room beside the one
 * before, `room` where that leaves enough; what is left is shared out in proportion to the pauses, so
 * that longer ones are longer and nothing covers another.
 */
export function placesOf(times: number[], width: number, room: number): number[] {
  const steps = Math.max(times.length - 1, 1);
  const length = times.at(-1)! - times[0]!;
  const least = length > 0 ? Math.min(room, ((1 - TIME_SHARE) * width) / steps) : width / steps;
  const rest = width - least * steps;
  let x = times.length > 1 ? 0 : width;
  return times.map((time, nth) => {
    if (nth > 0) x += least + (length > 0 ? (rest * (time - times[nth - 1]!)) / length : 0);
    return x;
  });
}

/** The nodes whose times are written below: the newest, and back from it wherever there is room. */
export function marksOf(places: number[], room: number): number[] {
  const marks: number[] = [];
  let free = Infinity;
  for (let nth = places.length - 1; nth >= 0; nth--) {
    if (places[nth]! > free) continue;
    marks.unshift(nth);
    free = places[nth]! - room;
  }
  return marks;
}

/** Known blocks with those that came, newest first, each once, at most `most`. */
export function merged(known: LedgerBlock[], came: LedgerBlock[], most: number): LedgerBlock[] {
  const all = new Map([...known, ...came].map((block) => [block.id, block]));
  return [...all.values()].sort((a, b) => b.position - a.position).slice(0, most);
}

/** How many blocks came after those that are shown. */
export const newer = (shown: LedgerBlock[], now: LedgerBlock[]): number =>
  Math.max(0, (now[0]?.position ?? -1) - (shown[0]?.position ?? -1));

/** The node of the strip that is nearest to a point, if one is near enough. */
export function nearest(
  nodes: Node[],
  at: { x: number; y: number },
  place: (node: Node) => { x: number; y: number },
  within: number,
): Node | null {
  let found: Node | null = null;
  let least = within ** 2;
  for (const node of nodes) {
    const { x, y } = place(node);
    const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (distance <= least) [found, least] = [node, distance];
  }
  return found;
}

/** `90 ms`, `1.2 s`, `5 min`, `3 h`, `2 d`: the number and its unit. */
export function spanOf(ms: number): { value: number; unit: 'ms' | 's' | 'min' | 'h' | 'd' } {
  if (ms < 1_000) return { value: ms, unit: 'ms' };
  if (ms < 60_000) return { value: Math.round(ms / 100) / 10, unit: 's' };
  if (ms < 3_600_000) return { value: Math.round(ms / 60_000), unit: 'min' };
  if (ms < 172_800_000) return { value: Math.round(ms / 360_000) / 10, unit: 'h' };
  return { value: Math.round(ms / 8_640_000) / 10, unit: 'd' };
}
