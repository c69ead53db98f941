import { describe, expect, it } from 'vitest';
import { merged, type Columns } from './columns';
import { seriesOf } from './series';

type Row = [ms: number, celsius: number, device: string];

const none = { gaps: [], excursions: [] };

function columns(device: string | null, rows: [ms: number, milli: number][]): Columns {
  const steps = rows.map(([ms], at) => ms - (rows[at - 1]?.[0] ?? ms));
  return {
    ...{ device, shipment: `of ${device}`, from_ms: rows[0]?.[0] ?? 0, steps_ms: steps },
    milli_celsius: rows.map(([, milli]) => milli),
  };
}

/** Every cell that holds a reading. */
function cells({ times, columns: drawn, devices }: ReturnType<typeof merged>): Row[] {
  const rows: Row[] = [];
  for (let row = 0; row < times.length; row++) {
    drawn.forEach((column, at) => {
      const celsius = column[row];
      if (celsius != null) rows.push([Math.round(times[row]! * 1000), celsius, devices[at]!]);
    });
  }
  return rows;
}

const sorted = (rows: Row[]) => rows.map((row) => row.join(' ')).sort();

/** The same numbers each time; `seed` is any. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('all readings in one chart', () => {
  it('has every reading exactly once, in the order of time', () => {
    for (let seed = 0; seed < 200; seed++) {
      const next = numbers(seed);
      const names = ['a', 'b', null, 'a', 'c'].slice(0, 1 + next(5));
      const all = names.map((device) => {
        let ms = next(50) * 100;
        const rows = Array.from({ length: next(40) }, (): [number, number] => [
          // Now and then two at one moment, and often those of others at the same.
          (ms += next(3) * 100),
          next(20_000) - 5_000,
        ]);
        return columns(device, rows);
      });
      const gaps = Array.from({ length: next(4) }, () => {
        const from = next(4_000);
        return { from, to: from + next(500) };
      });
      const told = all.flatMap((each): Row[] => {
        let ms = each.from_ms;
        return each.steps_ms.map((step, at) => [
          (ms += step),
          each.milli_celsius[at]! / 1000,
          each.device ?? '',
        ]);
      });
      const series = merged(all, { gaps, excursions: [] }, ['c']);
      expect(sorted(cells(series))).toEqual(sorted(told));
      expect(series.count).toBe(told.length);
      const again = Array.from({ length: series.count }, (_, nth): Row => {
        const { t, celsius, device } = series.reading(nth);
        return [t, celsius, device];
      });
      expect(sorted(again)).toEqual(sorted(told));
      const inOrder = (values: ArrayLike<number>) =>
        Array.from(values).every((value, at, list) => at === 0 || list[at - 1]! <= value);
      expect(inOrder(again.map(([ms]) => ms)) && inOrder(series.times)).toBe(true);
      for (const column of series.columns) expect(column.length).toBe(series.times.length);
      const values = told.map(([, celsius]) => celsius);
      expect(series.lowest?.celsius).toBe(values.length ? Math.min(...values) : undefined);
      expect(series.highest?.celsius).toBe(values.length ? Math.max(...values) : undefined);
    }
  });

  it('draws what the list of the same readings draws', () => {
    const rows: [number, number][] = [
      [1000, 4000],
      [2000, 4500],
      [9000, 5000],
    ];
    const all = [columns('a', rows), columns('b', [[1500, 6000]])];
    const around = { gaps: [{ from: 2000, to: 9000 }], excursions: [{ from: 1, to: 2 }] };
    const readings = all.flatMap(({ device, shipment, milli_celsius }, nth) =>
      milli_celsius.map((milli, at) => {
        return { t: nth ? 1500 : rows[at]![0], c: milli / 1000, device, shipment };
      }),
    );
    const listed = seriesOf({ readings, ...around });
    const whole = merged(all, around, listed.devices);
    expect(Array.from(whole.times)).toEqual(listed.times);
    expect(whole.columns.map((column) => Array.from(column))).toEqual(
      listed.columns.map((column) => Array.from(column)),
    );
    expect({ ...whole, reading: 0, times: 0, columns: 0 }).toEqual({
      ...{ ...listed, reading: 0, times: 0, columns: 0 },
    });
    expect(whole.reading(1)).toEqual(listed.reading(1));
  });

  it('keeps one logger without gaps in plain numbers', () => {
    const series = merged(
      [
        columns('a', [
          [0, 1],
          [5, 2],
        ]),
      ],
      none,
    );
    expect(series.times).toEqual(new Float64Array([0, 0.005]));
    expect(series.columns).toEqual([new Float64Array([0.001, 0.002])]);
  });

  it('is empty for no readings', () => {
    const series = merged([columns('a', [])], none, ['a']);
    expect([series.count, series.times.length, series.lowest]).toEqual([0, 0, null]);
  });
});
