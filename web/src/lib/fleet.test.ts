import { describe, expect, it } from 'vitest';
import type { Device } from './api/types';
import { batteryOf, kindsOf, matching, rowsOf } from './fleet';

const none = { count: 0, lost: 0, cause: null, from: null, to: null };
const device = (n: number, more: Partial<Device> = {}): Device => ({
  ...{ id: `id-${n}`, label: `dock-${n}`, kind: 'gateway', party: '9506000100029' },
  ...{ party_name: 'The wholesaler', key: 'active', key_until: null, enrolled_at: null },
  ...{ seen_at: null, blocks: 0, observations: 0, readings: 0, gaps: none, spool: none },
  ...{ clock: null, battery: null, calibrated_until: null, attention: [] },
  ...more,
});

describe('the list of devices', () => {
  const rows = rowsOf([
    device(1),
    device(2, { attention: ['silent'] }),
    device(3, { kind: 'logger', label: 'Probe A', id: 'urn:dev:X' }),
  ]);
  const labels = (text: string, attention = false, kind = '') =>
    matching(rows, { text, attention, kind }).map(({ label }) => label);

  it('is found by any word, and begins with what needs attention', () => {
    expect(labels('')).toEqual(['dock-2', 'dock-1', 'Probe A']);
    expect(labels('  URN:dev:x ')).toEqual(['Probe A']);
    expect(labels('wholesaler', true)).toEqual(['dock-2']);
    expect(labels('', false, 'logger')).toEqual(['Probe A']);
    expect(labels('nothing')).toEqual([]);
    expect(kindsOf(rows)).toEqual(['gateway', 'logger']);
  });

  it('tells a battery in its unit', () => {
    const at = '2026-11-21T08:00:00.000Z';
    const battery = (milli: number, uom: string) => ({ milli, uom, low: false, at });
    expect(batteryOf(device(1))).toBeNull();
    expect(batteryOf(device(1, { battery: battery(81_500, 'P1') }))).toEqual({
      ...{ value: 81.5, unit: '%' },
    });
    expect(batteryOf(device(1, { battery: battery(2_900, 'VLT') }))?.unit).toBe('V');
  });

  it('holds ten thousand', () => {
    const many = rowsOf(
      Array.from({ length: 10_000 }, (_, n) => device(n, n % 7 ? {} : { attention: ['gap'] })),
    );
    expect(matching(many, { text: 'dock-99', attention: true, kind: '' }).length).toBeGreaterThan(
      9,
    );
    expect(matching(many, { text: '', attention: true, kind: '' })).toHaveLength(1429);
  });
});
