// The history of one pack as a trace, for the drawing of lanes: each holder with its premises is a
// lane, what happened there one after the other a stay. Pure.
import type { History, LotTrace, PackEvent, TraceEdge, TraceLane, TraceNode } from '../api/types';
import { toMs } from '../time';
import { keyOf } from '../words';

/** Statuses after which nothing more comes of a pack. */
const OVER = new Set([
  ...['dispensed', 'supplied', 'exported', 'destroyed', 'decommissioned', 'inactive'],
  ...['sampled', 'free_sample', 'stolen'],
]);

/** A read point is a part of the premises it belongs to. */
const premises = (id: string) => id.replace(/\/254\/.*$/, '');

export function traceOf({ pack, events }: Pick<History, 'pack' | 'events'>): LotTrace {
  const lanes: TraceLane[] = [];
  const nodes: TraceNode[] = [];
  const edges: TraceEdge[] = [];
  const laneOf = (key: string, made: () => Partial<TraceLane>): number => {
    const known = lanes.findIndex(({ id }) => id === key);
    if (known >= 0) return known;
    const whole = { id: key, kind: 'holder', holders: 1, packs: 0, party: null, place: null };
    return lanes.push({ ...whole, ...made() }) - 1;
  };
  let before: PackEvent | null = null;
  for (const event of inOrder(events)) {
    const place = event.location ? premises(event.location.id) : null;
    const here: TraceNode | undefined = nodes.at(-1);
    // Who says neither who nor where it was adds to the stay that is.
    const known = event.party ?? place;
    const lane: number =
      known === null && here
        ? here.lane
        : laneOf(`${event.party?.gln ?? ''} ${place ?? ''}`, () => ({
            ...{ kind: known === null ? 'unknown' : 'holder', party: event.party ?? null },
            ...{ place, place_name: event.location?.name ?? null },
          }));
    if (here?.lane === lane) {
      here.last_at = event.time;
    } else {
      lanes[lane]!.packs += 1;
      const id = `${lane}-${nodes.length}`;
      const at = { first_at: event.time, last_at: event.time };
      nodes.push({ id, lane, ...at, packs: 1, made: here ? 0 : 1, states: [] });
      if (before) edges.push(wayOf(nodes.length - 2, lane, before, event));
    }
    before = event;
  }
  end(pack, { lanes, nodes, edges }, before, laneOf);
  const [gtin, lot] = [pack.gtin, pack.lot ?? ''];
  const sum = { made: 1, located: 1, terminal: 0, unknown: 0, by_status: { [pack.status]: 1 } };
  return { gtin, lot, whole: true, sum, lanes, nodes, edges };
}

const inOrder = (events: PackEvent[]) =>
  events
    .filter(({ time }) => toMs(time) !== null)
    .sort((a, b) => toMs(a.time)! - toMs(b.time)! || a.position - b.position);

function wayOf(from: number, lane: number, left: PackEvent, came: PackEvent): TraceEdge {
  const units = [came.parent ?? left.parent].filter((unit): unit is string => !!unit);
  const steps = [left.biz_step, came.biz_step].filter((step): step is string => !!step);
  return {
    ...{ from, to: from + 1, to_lane: lane, packs: 1, loose: units.length === 0 ? 1 : 0 },
    ...{ left_at: left.time, came_at: came.time, units, unit_count: units.length, steps },
  };
}

/** What became of it in its last stay: on its way, there, or at its end. */
function end(
  pack: History['pack'],
  { nodes, edges, lanes }: Pick<LotTrace, 'lanes' | 'nodes' | 'edges'>,
  last: PackEvent | null,
  laneOf: (key: string, made: () => Partial<TraceLane>) => number,
): void {
  const here = nodes.at(-1);
  if (!here || !last) return;
  const status = keyOf(pack.status);
  const at = { first_at: last.time, last_at: last.time };
  here.states = [{ status, terminal: OVER.has(status), packs: 1, ...at }];
  if (status !== 'in_transit') return;
  const to = pack.bound_for;
  const known = lanes.findIndex(({ party }) => party && party.gln === to?.gln);
  const lane = to && known < 0 ? laneOf(`${to.gln} `, () => ({ party: to })) : known;
  edges.push({
    ...{
      from: nodes.length - 1,
      to: null,
      to_lane: lane < 0 ? null : lane,
      packs: 1,
      loose: 1,
      unit_count: 0,
    },
    ...{ left_at: last.time, came_at: null, units: [], steps: [] },
  });
}
