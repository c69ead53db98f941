// The trace of a lot as a drawing: time runs to the right, each lane is a holder, a stay is a bar, a
// movement a line. Pure geometry, for SVG and canvas alike; labels that would lie on each other are
// left out, the larger number stays.
import type { LotTrace, TraceEdge, TraceNode } from '../api/types';

/** Above so many stays the drawing is painted on a canvas. */
export const SVG_NODES_MAX = 400;

export const LANE_HEIGHT = 76;
const TOP = 8;
const AXIS = 44;
const SIDE = 14;
/** From a lane's upper edge to the middle of its bars: the lane's name stands above. */
const BAR_Y = 50;
const CHARACTER = 6.6;
const LABEL_HEIGHT = 14;

export interface Bar {
  node: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The gravest thing that became of packs that went no further; none where all went on. */
  end: 'moving' | 'here' | 'ended' | 'none';
}

export interface Line {
  edge: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  width: number;
  open: boolean;
}

export interface Label {
  x: number;
  y: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
}

export interface Drawing {
  width: number;
  height: number;
  lanes: { y: number; title: string }[];
  bars: Bar[];
  lines: Line[];
  labels: Label[];
  ticks: { x: number; ms: number }[];
}

export const ms = (text: string) => Date.parse(text);

/** Draws a trace on a given width; `title` names a lane, `said` writes a number. */
export function draw(
  trace: LotTrace,
  width: number,
  title: (lane: number) => string,
  said: (n: number) => string,
): Drawing {
  const { from, to } = span(trace);
  const scale = (at: number) =>
    SIDE + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 2 * SIDE);
  const laneY = (lane: number) => TOP + lane * LANE_HEIGHT;
  const most = Math.max(1, ...trace.nodes.map((node) => node.packs));
  const bars = trace.nodes.map((node, at) => bar(node, at, most, scale, laneY));
  const mostMoved = Math.max(1, ...trace.edges.map((edge) => edge.packs));
  const lines = trace.edges.flatMap((edge, at) => {
    const line = lineOf(edge, at, { trace, bars, scale, laneY, mostMoved });
    return line ? [line] : [];
  });
  return {
    width,
    height: TOP + trace.lanes.length * LANE_HEIGHT + AXIS,
    lanes: trace.lanes.map((_, lane) => ({ y: laneY(lane), title: title(lane) })),
    bars,
    lines,
    labels: place(wishes(trace, bars, lines, said, width), taken(trace, title)),
    ticks: ticks(from, to, Math.max(2, Math.floor(width / 140))).map((at) => ({
      x: scale(at),
      ms: at,
    })),
  };
}

/** First and last moment of all that is drawn, never the same. */
function span(trace: LotTrace): { from: number; to: number } {
  let [from, to] = [Infinity, -Infinity];
  const note = (at: number) => {
    from = Math.min(from, at);
    to = Math.max(to, at);
  };
  for (const node of trace.nodes) {
    note(ms(node.first_at));
    note(ms(node.last_at));
  }
  for (const edge of trace.edges) {
    note(ms(edge.left_at));
    if (edge.came_at) note(ms(edge.came_at));
  }
  if (!Number.isFinite(from)) return { from: 0, to: 1 };
  // What is on its way goes on to the right of everything.
  const room = trace.edges.some((edge) => edge.to == null) ? 0.06 : 0;
  const length = Math.max(to - from, 60_000);
  return { from, to: from + length * (1 + room) };
}

function bar(
  node: TraceNode,
  at: number,
  most: number,
  scale: (at: number) => number,
  laneY: (lane: number) => number,
): Bar {
  const x = scale(ms(node.first_at));
  const height = 8 + 14 * (Math.log1p(node.packs) / Math.log1p(most));
  const states = node.states ?? [];
  const has = (test: (status: string, terminal: boolean) => boolean) =>
    states.some(({ status, terminal }) => test(status, terminal));
  return {
    node: at,
    x,
    y: laneY(node.lane) + BAR_Y - height / 2,
    width: Math.max(8, scale(ms(node.last_at)) - x),
    height,
    end: has((status) => status === 'in_transit')
      ? 'moving'
      : has((_, terminal) => !terminal)
        ? 'here'
        : has((_, terminal) => terminal)
          ? 'ended'
          : 'none',
  };
}

interface Frame {
  trace: LotTrace;
  bars: Bar[];
  scale: (at: number) => number;
  laneY: (lane: number) => number;
  mostMoved: number;
}

function lineOf(edge: TraceEdge, at: number, frame: Frame): Line | null {
  const { trace, bars, scale, laneY, mostMoved } = frame;
  const start = bars[edge.from];
  const lane = edge.to_lane ?? trace.nodes[edge.from]?.lane;
  if (!start || lane == null) return null;
  const open = edge.to == null;
  const end = open ? undefined : bars[edge.to!];
  const x1 = Math.min(Math.max(scale(ms(edge.left_at)), start.x), start.x + start.width);
  const x2 = open || !end ? scale(Infinity) : Math.max(end.x, x1);
  // Within one lane there is nothing to see: the stay says it.
  if (!open && trace.nodes[edge.from]!.lane === lane && edge.from === edge.to) return null;
  return {
    edge: at,
    x1,
    y1: start.y + start.height / 2,
    x2,
    y2: laneY(lane) + BAR_Y,
    width: 1.5 + 5 * (Math.log1p(edge.packs) / Math.log1p(mostMoved)),
    open,
  };
}

/** The curve of a movement: it leaves and arrives level. */
export function path({ x1, y1, x2, y2 }: Line): string {
  const bend = Math.max(12, (x2 - x1) / 2);
  const n = (value: number) => value.toFixed(1);
  return `M${n(x1)} ${n(y1)}C${n(x1 + bend)} ${n(y1)} ${n(x2 - bend)} ${n(y2)} ${n(x2)} ${n(y2)}`;
}

interface Wish extends Label {
  packs: number;
  /** Other places where it may stand, if this one is taken. */
  others: { x: number; y: number }[];
}

function wishes(
  trace: LotTrace,
  bars: Bar[],
  lines: Line[],
  said: (n: number) => string,
  width: number,
): Wish[] {
  const inside = (x: number, text: string) => {
    const half = (text.length * CHARACTER) / 2;
    return Math.min(Math.max(x, half + 2), width - half - 2);
  };
  const ofBars = bars.map((each): Wish => {
    const { packs } = trace.nodes[each.node]!;
    const text = said(packs);
    const x = inside(each.x + each.width / 2, text);
    const below = { x, y: each.y + each.height + LABEL_HEIGHT - 2 };
    return { x, y: each.y - 3, text, anchor: 'middle', packs, others: [below] };
  });
  const ofLines = lines.map((each): Wish => {
    const { packs } = trace.edges[each.edge]!;
    const text = said(packs);
    const at = (share: number) => ({
      x: inside(each.x1 + (each.x2 - each.x1) * share, text),
      y: each.y1 + (each.y2 - each.y1) * share - 3,
    });
    return { ...at(0.5), text, anchor: 'middle', packs, others: [at(0.35), at(0.65)] };
  });
  return [...ofBars, ...ofLines];
}

interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

const boxOf = ({ x, y }: { x: number; y: number }, text: string): Box => {
  const half = (text.length * CHARACTER) / 2 + 2;
  return { x1: x - half, x2: x + half, y1: y - LABEL_HEIGHT + 2, y2: y + 2 };
};

const meet = (a: Box, b: Box) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

/** The names of the lanes: nothing is written over them. */
const taken = (trace: LotTrace, title: (lane: number) => string): Box[] =>
  trace.lanes.map((_, lane) => ({
    x1: 0,
    x2: title(lane).length * CHARACTER + 12,
    y1: TOP + lane * LANE_HEIGHT,
    y2: TOP + lane * LANE_HEIGHT + 22,
  }));

/** The collision rule: most packs first, each at the first of its places that is free, else not. */
export function place(all: Wish[], boxes: Box[]): Label[] {
  const used = [...boxes];
  const labels: Label[] = [];
  for (const wish of [...all].sort((a, b) => b.packs - a.packs)) {
    const spots = [{ x: wish.x, y: wish.y }, ...wish.others];
    const spot = spots.find((each) => {
      const box = boxOf(each, wish.text);
      return used.every((other) => !meet(box, other));
    });
    if (!spot || wish.text === '') continue;
    used.push(boxOf(spot, wish.text));
    labels.push({ ...spot, text: wish.text, anchor: wish.anchor });
  }
  return labels;
}

const STEPS_MS = [1, 5, 15, 30, 60, 180, 360, 720]
  .map((minutes) => minutes * 60_000)
  .concat([1, 2, 7, 14, 28, 91, 182, 364, 1092].map((days) => days * 86_400_000));

/** At most `most` round moments of a span. */
export function ticks(from: number, to: number, most: number): number[] {
  const step = STEPS_MS.find((each) => (to - from) / each <= most) ?? to - from;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

/** What lies under a point of the drawing: an edge's line before a stay's bar. */
export function hit(
  drawing: Drawing,
  x: number,
  y: number,
): { edge: number } | { node: number } | null {
  const bar = drawing.bars.find(
    (each) =>
      x >= each.x - 2 &&
      x <= each.x + each.width + 2 &&
      y >= each.y - 4 &&
      y <= each.y + each.height + 4,
  );
  if (bar) return { node: bar.node };
  let best: { edge: number; far: number } | null = null;
  for (const line of drawing.lines) {
    const far = distance(line, x, y);
    if (far <= line.width / 2 + 5 && (best === null || far < best.far)) {
      best = { edge: line.edge, far };
    }
  }
  return best && { edge: best.edge };
}

/** From a point to a curve, by points on it. */
function distance(line: Line, x: number, y: number): number {
  const bend = Math.max(12, (line.x2 - line.x1) / 2);
  let least = Infinity;
  for (let step = 0; step <= 24; step += 1) {
    const t = step / 24;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
    const px = a * line.x1 + b * (line.x1 + bend) + c * (line.x2 - bend) + d * line.x2;
    const py = (a + b) * line.y1 + (c + d) * line.y2;
    least = Math.min(least, Math.hypot(px - x, py - y));
  }
  return least;
}
