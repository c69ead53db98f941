// All readings of a cold chain, from the node's columns to what is drawn: one pass in the order of
// time, straight into the columns of the chart, with no object for a reading.
import { holesOf, spansOf, type Measured, type Series } from './series';

/** What one logger measured of one thing, as the node gives it. */
export interface Columns {
  device?: string | null;
  shipment: string;
  /** When the first was taken, milliseconds since 1970. */
  from_ms: number;
  /** How much later than the one before each was taken. */
  steps_ms: number[];
  milli_celsius: number[];
}

/**
 * The series of all readings. Every reading is in one cell, in the column of its device; two of one
 * device at one moment have a row each. `devices` are those that are drawn already, in their order.
 */
export function merged(
  all: Columns[],
  chain: Pick<Measured, 'gaps' | 'excursions'>,
  devices: string[] = [],
): Series {
  const given = all.filter((each) => lengthOf(each) > 0);
  const names = [...new Set([...devices, ...given.map((each) => each.device ?? '')])];
  const gaps = spansOf(chain.gaps);
  const holes = holesOf(gaps);
  const count = given.reduce((sum, each) => sum + lengthOf(each), 0);
  const out = new Rows(count + holes.length, names.length, holes.length);
  const series = given.map((each) => names.indexOf(each.device ?? ''));
  // Where each reading is, in the order of time.
  const at = new Float64Array(count);
  const from = new Uint32Array(count);
  const place = new Uint32Array(count);
  const heads = new Heads(given);
  let [hole, lowest, highest] = [0, 0, 0];
  let [least, most] = [Infinity, -Infinity];
  for (let nth = 0; nth < count; nth++) {
    const next = heads.next();
    const ms = heads.ms[next]!;
    const nthOfIt = heads.place[next]!;
    const milli = given[next]!.milli_celsius[nthOfIt]!;
    while (hole < holes.length && holes[hole]! < ms) out.breakAt(holes[hole++]!);
    out.put(ms, series[next]!, milli / 1000);
    at[nth] = ms;
    from[nth] = next;
    place[nth] = nthOfIt;
    if (milli < least) [least, lowest] = [milli, nth];
    if (milli > most) [most, highest] = [milli, nth];
    heads.pass(next);
  }
  while (hole < holes.length) out.breakAt(holes[hole++]!);
  const reading = (nth: number) => {
    const { device, shipment, milli_celsius } = given[from[nth]!]!;
    const celsius = milli_celsius[place[nth]!]! / 1000;
    return { t: at[nth]!, celsius, device: device ?? '', shipment };
  };
  return {
    count,
    reading,
    devices: names,
    ...out.done(),
    gaps,
    excursions: spansOf(chain.excursions),
    lowest: count === 0 ? null : reading(lowest),
    highest: count === 0 ? null : reading(highest),
  };
}

const lengthOf = ({ steps_ms, milli_celsius }: Columns) =>
  Math.min(steps_ms.length, milli_celsius.length);

/** The next reading of each series. */
class Heads {
  readonly ms: Float64Array;
  readonly place: Uint32Array;

  constructor(private readonly all: Columns[]) {
    this.ms = Float64Array.from(all, (each) => each.from_ms + each.steps_ms[0]!);
    this.place = new Uint32Array(all.length);
  }

  /** The series whose next reading is the earliest; of equal ones the first. */
  next(): number {
    let earliest = 0;
    for (let nth = 1; nth < this.ms.length; nth++) {
      if (this.ms[nth]! < this.ms[earliest]!) earliest = nth;
    }
    return earliest;
  }

  pass(nth: number): void {
    const each = this.all[nth]!;
    const place = (this.place[nth]! += 1);
    this.ms[nth] = place < lengthOf(each) ? this.ms[nth]! + each.steps_ms[place]! : Infinity;
  }
}

/** The rows of a chart, made for as many as there can be and cut to those there are. */
class Rows {
  private readonly times: Float64Array;
  private readonly columns: (Float64Array | (number | null | undefined)[])[];
  /** The last row in which each column has a value. */
  private readonly filled: Int32Array;
  private row = -1;
  private last = NaN;

  constructor(most: number, width: number, breaks: number) {
    this.times = new Float64Array(most);
    // Where no cell is empty the numbers need no boxes.
    const whole = width === 1 && breaks === 0;
    this.columns = Array.from({ length: width }, () =>
      whole ? new Float64Array(most) : new Array<number | null | undefined>(most),
    );
    this.filled = new Int32Array(width).fill(-1);
  }

  put(ms: number, column: number, celsius: number): void {
    if (ms !== this.last || this.filled[column] === this.row) this.begin(ms);
    this.columns[column]![this.row] = celsius;
    this.filled[column] = this.row;
  }

  /** A row without any value breaks every line. */
  breakAt(ms: number): void {
    if (ms === this.last) return;
    this.begin(ms);
    for (const column of this.columns) (column as (number | null)[])[this.row] = null;
  }

  done(): Pick<Series, 'times' | 'columns'> {
    const rows = this.row + 1;
    for (const column of this.columns) if (Array.isArray(column)) column.length = rows;
    const cut = (column: (typeof this.columns)[number]) =>
      Array.isArray(column) ? column : column.subarray(0, rows);
    return { times: this.times.subarray(0, rows), columns: this.columns.map(cut) };
  }

  private begin(ms: number): void {
    this.row += 1;
    this.last = ms;
    this.times[this.row] = ms / 1000;
  }
}
