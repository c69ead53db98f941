// Cases as the inbox shows them: by cause, with their age and the seven days in which an alert is
// to be answered. Pure.
import type { Case } from './api/types';
import { recognise } from './scan/recognise';
import { toMs } from './time';

/** Days within which the owner of a product answers an alert (practice of the national systems). */
export const ANSWER_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Group {
  rule: string;
  title: string;
  severity: string;
  cases: Case[];
}

/** Cases of one rule together; the group with the gravest case first, then the larger one. */
export function groupsOf(cases: Case[]): Group[] {
  const groups = new Map<string, Group>();
  for (const each of cases) {
    const group = groups.get(each.rule);
    if (!group) {
      groups.set(each.rule, { ...each, cases: [each] });
    } else {
      group.cases.push(each);
      if (each.severity > group.severity) group.severity = each.severity;
    }
  }
  const order = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0);
  const sorted = [...groups.values()].sort(
    (a, b) =>
      order(a.severity, b.severity) ||
      b.cases.length - a.cases.length ||
      (a.rule < b.rule ? -1 : 1),
  );
  for (const group of sorted) {
    group.cases.sort(
      (a, b) => order(a.severity, b.severity) || (toMs(a.from) ?? 0) - (toMs(b.from) ?? 0),
    );
  }
  return sorted;
}

export interface Filter {
  text: string;
  severity: string;
  /** GLN whose cases are shown; empty for everybody's. */
  owner: string;
}

export function matching(cases: Case[], { text, severity, owner }: Filter): Case[] {
  const wanted = text.trim().toLowerCase();
  return cases.filter(
    (each) =>
      (severity === '' || each.severity === severity) &&
      (owner === '' || each.owner?.gln === owner) &&
      (wanted === '' ||
        `${each.rule} ${each.title} ${each.about} ${each.owner?.name ?? ''}`
          .toLowerCase()
          .includes(wanted)),
  );
}

/** When it is to be answered, and what is left until then in seconds (negative when it is over). */
export function clockOf(since: string, now: number): { due: number; left: number } {
  const due = (toMs(since) ?? now) + ANSWER_DAYS * DAY_MS;
  return { due, left: (due - now) / 1000 };
}

/** What a case is about, for people. */
export function aboutOf(
  id: string,
  words: {
    pack: (serial: string) => string;
    lot: (lot: string) => string;
    shipment: (sscc: string) => string;
  },
): string {
  const found = recognise(id);
  if (found.kind === 'pack') return words.pack(found.serial);
  if (found.kind === 'lot') return words.lot(found.lot);
  if (found.kind === 'shipment') return words.shipment(found.sscc);
  return id;
}

/** Rules about temperature have a review of their own. */
export const isTemperature = (rule: string) => /^T\d/.test(rule);

export const casePage = (id: string) => `/alerts/${encodeURIComponent(id)}`;
