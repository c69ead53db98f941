// The ledger's growth as the strip shows it: the sizes the node tells, in buckets of a second.
// Pure.

export interface Sizes {
  events: number;
  findings: number;
  checkpoint_size: number;
}

export interface Tick extends Sizes {
  /** Milliseconds since 1970. */
  at: number;
}

export interface Bucket {
  at: number;
  events: number;
  /** A new checkpoint was signed in this second. */
  signed: boolean;
}

/** What is kept: enough for the strip, whatever the rate. */
export const WINDOW_S = 120;
const KEPT = 1000;

export function isSizes(data: unknown): data is Sizes {
  const sizes = data as Partial<Sizes> | null;
  return (
    typeof sizes?.events === 'number' &&
    typeof sizes.findings === 'number' &&
    typeof sizes.checkpoint_size === 'number'
  );
}

/** Ticks with the new one; what has left the window goes, but for the last before it. */
export function added(ticks: Tick[], tick: Tick): Tick[] {
  const from = tick.at - WINDOW_S * 1000;
  const first = ticks.findLastIndex(({ at }) => at < from);
  return [...ticks.slice(Math.max(first, 0)), tick].slice(-KEPT);
}

/** Events and checkpoints by second, up to `now`. */
export function bucketsOf(ticks: Tick[], now: number): Bucket[] {
  const end = Math.floor(now / 1000);
  const buckets = Array.from({ length: WINDOW_S }, (_, index) => ({
    ...{ at: (end - WINDOW_S + 1 + index) * 1000, events: 0, signed: false },
  }));
  for (let index = 1; index < ticks.length; index++) {
    const [before, tick] = [ticks[index - 1]!, ticks[index]!];
    const bucket = buckets[Math.floor(tick.at / 1000) - (end - WINDOW_S + 1)];
    if (!bucket) continue;
    bucket.events += Math.max(0, tick.events - before.events);
    bucket.signed ||= tick.checkpoint_size > before.checkpoint_size;
  }
  return buckets;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: string;
}

/** The first three lines of a C2SP tlog-checkpoint; null for what is none. */
export function checkpointOf(note: string): Checkpoint | null {
  const [origin = '', size = '', root = ''] = note.split('\n');
  return origin !== '' && /^\d+$/.test(size) && /^[A-Za-z0-9+/]{43}=$/.test(root)
    ? { origin, size: Number(size), root }
    : null;
}
