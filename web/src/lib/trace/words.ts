// Parts of a trace in words: who a lane is, what an edge and a stay are called.
import type { LotTrace, TraceLane } from '../api/types';
import { t } from '../i18n/trace';

/** Who a lane is; the place is added where it says more than the name. */
export function laneTitle(lane: TraceLane): string {
  if (lane.kind === 'others') return t.others(lane.holders);
  const who = lane.party?.name || lane.party?.gln || t.nobody;
  const where = lane.place_name;
  return where && !where.includes(who) && !who.includes(where) ? `${who} \u00b7 ${where}` : who;
}

/** Short: the holder alone. */
export const laneName = (lane: TraceLane | undefined): string =>
  !lane
    ? t.nobody
    : lane.kind === 'others'
      ? t.others(lane.holders)
      : lane.party?.name || lane.party?.gln || t.nobody;

/** By what a movement begins stands before by what it ends. */
const ORDER = ['packing', 'shipping', 'departing', 'unpacking', 'receiving', 'accepting'];

export const stepsOf = (steps: string[] | undefined): string[] =>
  [...(steps ?? [])].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

/** What an edge is called: from and to. */
export function edgeName(trace: LotTrace, at: number): string {
  const edge = trace.edges[at]!;
  const from = laneName(trace.lanes[trace.nodes[edge.from]!.lane]);
  const lane = edge.to_lane == null ? undefined : trace.lanes[edge.to_lane];
  const to = lane ? laneName(lane) : t.nobody;
  return edge.to == null ? `${from} \u2192 ${to} (${t.onTheWay})` : `${from} \u2192 ${to}`;
}

export const nodeName = (trace: LotTrace, at: number): string =>
  laneName(trace.lanes[trace.nodes[at]!.lane]);
