// What can be said of a pack without the node: what its own code says, and what a signed list of
// recalls said when it was fetched. Only a refusal can come of it, never a release. Pure.
import type { Failure } from '../api/client';
import type { Verdict } from '../api/types';
import { t } from '../i18n/counter';
import { elementsOf } from '../scan/recognise';
import { formatDate, formatTime } from '../time';
import { notChecked } from '../verdict';
import type { Recalls } from './recalls.svelte';

/** What is printed on a pack, as far as its code says it. */
export interface Printed {
  gtin?: string;
  serial?: string;
  lot?: string;
  /** The last day of use, `2028-12-31`. */
  expiry?: string;
}

export function printedOn(text: string, year: number): Printed {
  const value = new Map(elementsOf(text));
  const expiry = lastDay(value.get('17') ?? '', year);
  return {
    gtin: value.get('01'),
    serial: value.get('21'),
    lot: value.get('10'),
    ...(expiry === null ? {} : { expiry }),
  };
}

/**
 * `YYMMDD` as a day. The century is the one that puts the year nearest to `year`, and day 00 is the
 * last of the month (GS1 General Specifications, 7.12 and 3.4).
 */
export function lastDay(text: string, year: number): string | null {
  const [, yy, mm, dd] = /^(\d{2})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (!yy || !mm || !dd) return null;
  const apart = Number(yy) - (year % 100);
  const century = Math.floor(year / 100) + (apart >= 51 ? -1 : apart <= -50 ? 1 : 0);
  const [full, month] = [century * 100 + Number(yy), Number(mm)];
  const days = new Date(Date.UTC(full, month, 0)).getUTCDate();
  const day = dd === '00' ? days : Number(dd);
  if (month < 1 || month > 12 || day > days) return null;
  return `${full}-${mm}-${String(day).padStart(2, '0')}`;
}

/** The calendar day here. */
export function today(at: number): string {
  const here = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return here.toISOString().slice(0, 10);
}

/** The verdict where the node gave none: not checked, but red for what is out of date or recalled. */
export function withoutNode(
  text: string,
  failure: Failure,
  recalls: Recalls | null,
  { at, tookMs }: { at: number; tookMs: number },
): Verdict {
  const base = notChecked(failure, at, tookMs);
  const { gtin, serial, lot, expiry } = printedOn(text, new Date(at).getFullYear());
  const red = (code: string, sentence: string, status: string): Verdict => ({
    ...base,
    verdict: 'do_not_dispense',
    code,
    sentence,
    steps: t.offline.redSteps,
    pack_status: status,
    pack: { id: null, gtin, serial, lot, expiry } as Verdict['pack'],
  });
  if (recalls && gtin && recalls.has(gtin, lot)) {
    const said = t.offline.recalled(lot ?? '\u2013', formatTime(recalls.asOf));
    return red('RECALLED_OFFLINE', said, 'recalled');
  }
  if (expiry && expiry < today(at)) {
    return red('EXPIRED_OFFLINE', t.offline.expired(formatDate(expiry)), 'expired');
  }
  return base;
}
