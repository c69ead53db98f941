// A block in plain words: one sentence for each item that may be read, whatever kind it is.
import type { Block } from './api/types';
import { t } from './i18n/ledger';
import { partyName } from './party';
import { formatTime, offsetZone } from './time';
import { stepWord } from './words';

/** So many items are told one by one. */
const TOLD = 5;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (of: Json, ...names: string[]): string | undefined => {
  for (const name of names) if (typeof of[name] === 'string') return of[name];
  return undefined;
};
const list = (of: Json, name: string): unknown[] =>
  Array.isArray(of[name]) ? (of[name] as unknown[]) : [];

/** `recall_lot` as words. */
const readable = (word: string) => word.replace(/^urn:.*:/, '').replace(/_/g, ' ');

/** Everything an event names: instances, and quantities of classes. */
export function thingsOf(event: Json): string[] {
  const names = ['parentID', 'epcList', 'childEPCs', 'inputEPCList', 'outputEPCList'];
  const single = names.flatMap((name) => {
    const value = event[name];
    return typeof value === 'string' ? [value] : list(event, name).map(String);
  });
  const counted = ['quantityList', 'childQuantityList', 'inputQuantityList', 'outputQuantityList'];
  const classes = counted.flatMap((name) => list(event, name));
  return [...single, ...classes.flatMap((each) => (isObject(each) ? [String(each.epcClass)] : []))];
}

/** One sentence about what an item says. */
export function sentenceOf(item: unknown, who: string): string {
  if (!isObject(item)) return t.plain.other(who, '');
  const type = text(item, 'type') ?? '';
  if (/Event$/.test(type)) {
    const zone = offsetZone(text(item, 'eventTimeZoneOffset'));
    const step = text(item, 'bizStep');
    return t.plain.event(
      who,
      step ? stepWord(step) : readable(type),
      t.plain.things(thingsOf(item).length),
      formatTime(text(item, 'eventTime') ?? '', zone),
    );
  }
  const bare = isObject(item['decision']) ? item['decision'] : item;
  const kind = readable(text(bare, 'type') ?? '');
  const said = text(bare, 'text');
  if (type === 'case_comment' && said !== undefined) return t.plain.comment(who, said);
  const reason = text(bare, 'reason');
  if (reason !== undefined) {
    const about = text(bare, 'subject', 'lot', 'gtin', 'finding', 'grant');
    return t.plain.decision(who, [kind, about, reason].filter(Boolean).join(' \u2013 '));
  }
  const name = text(bare, 'name', 'id', 'gtin', 'gln', 'scan', 'purpose');
  return t.plain.master(who, [kind, name].filter(Boolean).join(' \u2013 ') || readable(type));
}

/** What a block says, a sentence for each of the first items that may be read. */
export function plainOf(block: Block): string[] {
  const who = block.organisation ? partyName(block.organisation) : t.plain.somebody;
  const readableItems = block.items.filter(({ json }) => json !== undefined && json !== null);
  const told = readableItems.slice(0, TOLD).map(({ json }) => sentenceOf(json, who));
  const more = readableItems.length - told.length;
  return more > 0 ? [...told, t.plain.more(more)] : told;
}
