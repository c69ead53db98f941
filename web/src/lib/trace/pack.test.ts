import { describe, expect, it } from 'vitest';
import type { History, PackEvent } from '../api/types';
import { draw } from './layout';
import { traceOf } from './pack';

const at = (hours: number) => new Date(1_795_000_000_000 + hours * 3_600_000).toISOString();
const party = (gln: string) => ({ gln, name: `Party ${gln}` });
const place = (id: string) => ({ id: `https://id.gs1.org/414/${id}`, name: null });
let position = 0;
const event = (hours: number, given: Partial<PackEvent>): PackEvent => ({
  ...{ event_id: 'e', type: 'ObjectEvent', sentence: '', block: 'b', item: 0 },
  ...{ time: at(hours), position: position++ },
  ...given,
});
const pack = (status: string, more: Partial<History['pack']> = {}): History['pack'] => ({
  ...{ id: 'p', gtin: '09506000134352', serial: 'S', lot: 'L', status },
  ...{ eu_status: 'active', recalled: false },
  ...more,
});

describe('the lanes of one pack', () => {
  const way = [
    event(0, { party: party('1'), location: place('1/254/line'), biz_step: 'commissioning' }),
    event(5, { party: party('1'), location: place('1'), biz_step: 'shipping', parent: 'unit' }),
    event(20, { party: party('2'), location: place('2'), biz_step: 'receiving', parent: 'unit' }),
  ];

  it('are its holders, one stay after the other, with a line between', () => {
    const trace = traceOf({ pack: pack('in_stock'), events: [way[2]!, way[0]!, way[1]!] });
    expect(trace.lanes.map(({ party }) => party?.gln)).toEqual(['1', '2']);
    expect(trace.nodes.map(({ lane, first_at, last_at }) => [lane, first_at, last_at])).toEqual([
      [0, at(0), at(5)],
      [1, at(20), at(20)],
    ]);
    const [edge] = trace.edges;
    expect(trace.edges).toHaveLength(1);
    expect([edge!.from, edge!.to, edge!.left_at, edge!.came_at]).toEqual([0, 1, at(5), at(20)]);
    expect([edge!.units, edge!.steps]).toEqual([['unit'], ['shipping', 'receiving']]);
    const { bars } = draw(trace, 800, String, String);
    expect(bars.map(({ end }) => end)).toEqual(['none', 'here']);
  });

  it('come back to a lane that was there before', () => {
    const back = event(30, { party: party('1'), location: place('1'), biz_step: 'receiving' });
    const { lanes, nodes, edges } = traceOf({ pack: pack('in_stock'), events: [...way, back] });
    expect(lanes).toHaveLength(2);
    expect(nodes.map(({ lane }) => lane)).toEqual([0, 1, 0]);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('end where its life does', () => {
    const sold = event(40, { party: party('2'), location: place('2'), biz_step: 'dispensing' });
    const trace = traceOf({ pack: pack('dispensed'), events: [...way, sold] });
    expect(draw(trace, 800, String, String).bars.at(-1)!.end).toBe('ended');
  });

  it('lead to where it is bound while it is on its way', () => {
    const events = way.slice(0, 2);
    const trace = traceOf({ pack: pack('in_transit', { bound_for: party('9') }), events });
    expect(trace.lanes.map(({ party }) => party?.gln)).toEqual(['1', '9']);
    expect(trace.edges).toMatchObject([{ from: 0, to: null, to_lane: 1, left_at: at(5) }]);
    const { lines, bars } = draw(trace, 800, String, String);
    expect(lines[0]!.open).toBe(true);
    expect(bars.at(-1)!.end).toBe('moving');
    const somewhere = traceOf({ pack: pack('in_transit'), events });
    expect(somewhere.edges[0]!.to_lane).toBeNull();
  });

  it('take what names nobody and no place as part of the stay', () => {
    const { nodes } = traceOf({ pack: pack('in_stock'), events: [...way, event(25, {})] });
    expect(nodes).toHaveLength(2);
    expect(nodes.at(-1)!.last_at).toBe(at(25));
    const lonely = traceOf({ pack: pack('unknown'), events: [event(0, {})] });
    expect(lonely.lanes).toMatchObject([{ kind: 'unknown', party: null }]);
  });

  it('are none without events', () => {
    const { lanes, nodes, edges } = traceOf({ pack: pack('unknown'), events: [] });
    expect([lanes, nodes, edges]).toEqual([[], [], []]);
  });
});
