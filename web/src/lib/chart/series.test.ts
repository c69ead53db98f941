import { describe, expect, it } from 'vitest';
import { rangeOf, seriesOf, type Measured } from './series';

const chain = (given: Partial<Measured>): Measured => ({
  ...{ readings: [], gaps: [], excursions: [] },
  ...given,
});

describe('the series of a cold chain', () => {
  it('sorts readings, and keeps the extremes', () => {
    const series = seriesOf(
      chain({
        readings: [
          { t: 3000, c: 9.1 },
          { t: 1000, c: 4 },
          { t: 2000, c: 2.5 },
        ],
      }),
    );
    expect(series.times).toEqual([1, 2, 3]);
    expect(series.columns).toEqual([[4, 2.5, 9.1]]);
    expect([series.lowest?.t, series.highest?.t]).toEqual([2000, 3000]);
  });

  it('breaks the line inside a gap, and only there', () => {
    const series = seriesOf(
      chain({
        readings: [
          { t: 1000, c: 4, device: 'a' },
          { t: 1500, c: 5, device: 'b' },
          { t: 2000, c: 4, device: 'a' },
          { t: 9000, c: 4, device: 'a' },
        ],
        gaps: [{ from: 2000, to: 9000 }],
      }),
    );
    expect(series.devices).toEqual(['a', 'b']);
    expect(series.times).toEqual([1, 1.5, 2, 5.5, 9]);
    expect(series.columns).toEqual([
      [4, undefined, 4, null, 4],
      [undefined, 5, undefined, null, undefined],
    ]);
  });

  it('never lets a gap hide a reading', () => {
    const series = seriesOf(
      chain({ readings: [{ t: 1500, c: 4 }], gaps: [{ from: 1000, to: 2000 }] }),
    );
    expect(series.columns).toEqual([[4]]);
  });

  it('drops what is no reading', () => {
    const readings = [
      { t: 'never', c: 4 },
      { t: 1000, c: NaN },
      { t: '1970-01-01T00:00:02Z', c: 4 },
    ];
    const series = seriesOf(chain({ readings, gaps: [{ from: 9, to: 1 }] }));
    expect([series.times, series.gaps]).toEqual([[2], []]);
  });

  it('is empty for no readings', () => {
    const series = seriesOf(chain({}));
    expect([series.times, series.lowest, series.devices]).toEqual([[], null, []]);
    expect(rangeOf(series, null, null)).toEqual([0, 10]);
  });

  it('leaves room for the limits', () => {
    const series = seriesOf(chain({ readings: [{ t: 1, c: 5 }] }));
    expect(rangeOf(series, 2, 8)).toEqual([1, 9]);
    expect(rangeOf(series, null, 25)[1]).toBeGreaterThan(25);
  });
});
