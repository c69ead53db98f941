import { describe, expect, it } from 'vitest';
import { added, bucketsOf, checkpointOf, isSizes, WINDOW_S, type Tick } from './ledger';

const tick = (at: number, events: number, checkpoint_size = 0): Tick => ({
  ...{ at, events, checkpoint_size, findings: 0 },
});

describe('the strip of the ledger', () => {
  it('counts what came in each second, and marks checkpoints', () => {
    const now = 1_000_000;
    const ticks = [tick(now - 9_000, 5), tick(now - 2_000, 8, 3), tick(now - 1_900, 9, 3)];
    const buckets = bucketsOf(ticks, now);
    expect(buckets).toHaveLength(WINDOW_S);
    const [filled] = buckets.filter(({ events }) => events > 0);
    expect(filled).toEqual({ at: now - 2_000, events: 4, signed: true });
    expect(buckets.reduce((sum, { events }) => sum + events, 0)).toBe(4);
  });

  it('keeps the tick before the window, from which the first inside it is counted', () => {
    let ticks: Tick[] = [];
    for (let second = 0; second < 300; second++) ticks = added(ticks, tick(second * 1000, second));
    expect(ticks[0]!.at).toBe((299 - WINDOW_S - 1) * 1000);
    const all = bucketsOf(ticks, 299_000).reduce((sum, { events }) => sum + events, 0);
    expect(all).toBe(WINDOW_S);
  });

  it('takes only what is a size', () => {
    expect(isSizes({ events: 1, findings: 2, checkpoint_size: 3 })).toBe(true);
    expect([null, {}, { events: '1' }].some(isSizes)).toBe(false);
  });
});

describe('a checkpoint', () => {
  const root = 'U+ha2x2QGTrDi+oNG2M/rbn9Y9DYz04XUTSZkpZplzs=';
  it('names its log, size and root', () => {
    expect(checkpointOf(`a/log\n80\n${root}\n\n- sig`)).toEqual({
      origin: 'a/log',
      size: 80,
      root,
    });
  });
  it('is nothing else', () => {
    expect(checkpointOf('<html>')).toBeNull();
    expect(checkpointOf(`a\n-1\n${root}`)).toBeNull();
  });
});
