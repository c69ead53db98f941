import { describe, expect, it } from 'vitest';
import type { Lot, LotAccount } from './api/types';
import { drillOf, reportOf } from './recall';

const lot = {
  ...{ gtin: '09506000134352', lot: 'A', product: 'Insuvelle', made: 10, located: 6, terminal: 3 },
  ...{ unknown: 1, by_status: {}, finding_count: 0, findings: [], packs: [], recalled: null },
  holders: [
    { party: '1', count: 2 },
    { party: '2', name: 'B', count: 4 },
  ],
} as Lot;

describe('a recall drill', () => {
  it('lists holders, most packs first, and whether the sum holds', () => {
    const drill = drillOf(lot, null);
    expect(drill.holders.map(({ party, packs }) => [party, packs])).toEqual([
      ['2', 4],
      ['1', 2],
    ]);
    expect([drill.balanced, drill.unaccounted]).toEqual([true, null]);
    expect(drillOf({ ...lot, unknown: 0 }, null).balanced).toBe(false);
  });

  it('takes the account before the lot', () => {
    const made_into = [{ gtin: '09506000134352', lot: 'B', packs: 2, recalled: false }];
    const told = { ...lot, balanced: false, unaccounted: ['x'], made_into };
    const drill = drillOf(lot, told as unknown as LotAccount);
    expect(drill).toMatchObject({ balanced: false, unaccounted: ['x'], madeInto: made_into });
    expect(drillOf(lot, null).madeInto).toEqual([]);
  });

  it('writes a report that says it is simulated', () => {
    const made = { at: 0, tookMs: 12.6, node: 'n', by: 'b', checkpoint: 'c' };
    const report = JSON.parse(reportOf(drillOf(lot, null), made));
    expect(report).toMatchObject({ simulated: true, took_ms: 13, made: 10, node: 'n' });
    expect(report.made_at).toBe('1970-01-01T00:00:00.000Z');
  });
});
