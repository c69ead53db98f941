import { describe, expect, it } from 'vitest';
import { checkpointOf } from './ledger';

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
