// Times as people read them, always with their zone. The one place where the portal turns
// instants into text.

import { t } from './i18n';

/** An instant as the API writes it: RFC 3339 text, or milliseconds since 1970. */
export type Instant = string | number;

/** The zone a time is shown in: where it happened (`+02:00`), this computer's, or UTC. */
export type Zone = { kind: 'utc' } | { kind: 'here' } | { kind: 'offset'; offset: string };

export const UTC: Zone = { kind: 'utc' };
export const HERE: Zone = { kind: 'here' };
export const offsetZone = (offset: string | undefined | null): Zone =>
  offset && parseOffset(offset) !== null ? { kind: 'offset', offset } : UTC;

/** Milliseconds since 1970, or `null` if the text is no time. */
export function toMs(instant: Instant | null | undefined): number | null {
  if (instant === null || instant === undefined) return null;
  const ms = typeof instant === 'number' ? instant : Date.parse(instant);
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? ms : null;
}

/** `+05:30` as minutes; `null` for anything else. */
export function parseOffset(offset: string): number | null {
  if (offset === 'Z') return 0;
  const match = /^([+-])(\d{2}):([0-5]\d)$/.exec(offset);
  if (!match) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (minutes > 14 * 60) return null;
  return match[1] === '-' ? -minutes : minutes;
}

/** `21 Nov 2026, 08:14` in the zone, without its name. */
export function formatClock(ms: number, zone: Zone, seconds = false): string {
  const { day, year, clock, second } = read(ms, zone);
  return `${day} ${year}, ${clock}${seconds ? `:${second}` : ''}`;
}

/** Marks of a time axis: the hour, and below it the day wherever a new one begins. */
export function formatAxis(marks: number[], zone: Zone): string[] {
  let before = '';
  return marks.map((ms) => {
    const { day, clock } = read(ms, zone);
    const fresh = day !== before;
    before = day;
    return fresh ? `${clock}\n${day}` : clock;
  });
}

/**
 * The parts of a time as the language writes them. Not by `Intl`, whose first use stops a phone for a
 * tenth of a second.
 */
function read(ms: number, zone: Zone) {
  // What a clock shows at that place, as if it were UTC.
  const at = new Date(ms + minutesOf(ms, zone) * 60_000);
  return {
    day: t.day(at.getUTCDate(), t.months[at.getUTCMonth()] ?? ''),
    year: at.getUTCFullYear(),
    clock: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`,
    second: two(at.getUTCSeconds()),
  };
}
const two = (value: number) => String(value).padStart(2, '0');

/** `21 Nov 2026, 08:14 UTC+02:00`; a dash for no time. */
export function formatTime(instant: Instant | null | undefined, zone: Zone = HERE): string {
  const ms = toMs(instant);
  return ms === null ? '\u2013' : `${formatClock(ms, zone)} ${zoneName(ms, zone)}`;
}

/** `UTC`, `UTC+02:00`. */
export function zoneName(ms: number, zone: Zone): string {
  const minutes = minutesOf(ms, zone);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '\u2212' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A calendar date (`2028-12-31`), which has no zone: `31 Dec 2028`. */
export function formatDate(date: string | null | undefined): string {
  if (!date) return '\u2013';
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!match) return date;
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (new Date(ms).toISOString().slice(0, 10) !== date) return date;
  const { day, year } = read(ms, UTC);
  return `${day} ${year}`;
}

/** Hours and minutes of a length of time: `2 d 3 h`, `1 h 5 min`, `40 min`, `12 s`. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => total >= size);
  if (first < 0) return '0 s';
  let rest = total;
  const parts: string[] = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}

function minutesOf(ms: number, zone: Zone): number {
  if (zone.kind === 'utc') return 0;
  if (zone.kind === 'here') return -new Date(ms).getTimezoneOffset();
  return parseOffset(zone.offset) ?? 0;
}
