// The state of an API key at a moment. Pure.
import type { Key } from './api/types';
import { toMs } from './time';

const SOON_MS = 30 * 86_400_000;

export function keyState(key: Key, now: number): 'active' | 'expired' | 'revoked' {
  if (key.revoked_at) return 'revoked';
  const ends = toMs(key.expires_at);
  return ends !== null && ends <= now ? 'expired' : 'active';
}

/** Active, but not for much longer. */
export function endsSoon(key: Key, now: number): boolean {
  const ends = toMs(key.expires_at);
  return keyState(key, now) === 'active' && ends !== null && ends - now < SOON_MS;
}

/** The end of a day in UTC as the API takes it; nothing for no date. */
export const endOfDay = (date: string): string | undefined =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) ? `${date}T23:59:59Z` : undefined;
