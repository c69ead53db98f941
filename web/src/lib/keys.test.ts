import { describe, expect, it } from 'vitest';
import type { Key } from './api/types';
import { endOfDay, endsSoon, keyState } from './keys';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const key = (given: Partial<Key>): Key => ({
  ...{ id: 'a', label: 'a', roles: [], certificates: [], created_at: '2026-01-01T00:00:00Z' },
  ...given,
});

describe('a key', () => {
  it('is active until it ends or is taken back', () => {
    expect(keyState(key({}), NOW)).toBe('active');
    expect(keyState(key({ expires_at: '2026-11-29T12:00:00Z' }), NOW)).toBe('expired');
    expect(keyState(key({ expires_at: '2026-11-29T12:00:01Z' }), NOW)).toBe('active');
    const both = { expires_at: '2026-01-01T00:00:00Z', revoked_at: '2026-11-01T00:00:00Z' };
    expect(keyState(key(both), NOW)).toBe('revoked');
  });

  it('needs attention in its last thirty days only', () => {
    expect(endsSoon(key({ expires_at: '2026-12-01T00:00:00Z' }), NOW)).toBe(true);
    expect(endsSoon(key({ expires_at: '2027-12-01T00:00:00Z' }), NOW)).toBe(false);
    expect(endsSoon(key({ expires_at: '2026-11-01T00:00:00Z' }), NOW)).toBe(false);
    expect(endsSoon(key({}), NOW)).toBe(false);
  });
});

describe('the end of a day', () => {
  it('is a moment in UTC, or nothing', () => {
    expect(endOfDay('2026-12-31')).toBe('2026-12-31T23:59:59Z');
    expect(endOfDay('')).toBeUndefined();
  });
});
