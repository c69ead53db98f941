import { describe, expect, it } from 'vitest';
import type { Block } from './api/types';
import { plainOf, sentenceOf, thingsOf } from './plain';

const event = {
  type: 'AggregationEvent',
  eventTime: '2026-11-21T08:00:00Z',
  eventTimeZoneOffset: '+00:00',
  bizStep: 'packing',
  parentID: 'https://id.gs1.org/00/195060001343500009',
  childEPCs: ['a', 'b'],
  childQuantityList: [{ epcClass: 'c', quantity: 5 }],
};

describe('a block in plain words', () => {
  it('says who did what with how many things, and when, with its zone', () => {
    const said = sentenceOf(event, 'Meridian');
    expect(said).toMatch(/^Meridian recorded: .*, 4 things, 21 Nov 2026, 08:00.*\+00:00|UTC/);
    expect(thingsOf(event)).toHaveLength(4);
    expect(thingsOf({ epcList: 'x', quantityList: [7, null] })).toEqual(['x']);
  });

  it('says what was decided, described and said', () => {
    const rows: [object, RegExp][] = [
      [
        { type: 'recall', gtin: '1', lot: 'L1', reason: 'seal' },
        /decided: recall \u2013 L1 \u2013 seal/,
      ],
      [
        {
          type: 'signed',
          decision: { type: 'qa_release', subject: 'x', reason: 'ok' },
          signature: {},
        },
        /decided: qa release \u2013 x \u2013 ok/,
      ],
      [
        { type: 'party', gln: '9506000100012', name: 'Hospital' },
        /described: party \u2013 Hospital/,
      ],
      [
        { type: 'case_comment', case: 'C06 x', text: 'We keep it.' },
        /said about a case: We keep it\./,
      ],
      [{ scan: '(01)', at_ms: 1 }, /\(01\)/],
    ];
    for (const [item, said] of rows) expect(sentenceOf(item, 'A')).toMatch(said);
    for (const strange of [null, 7, 'x', [], {}]) expect(sentenceOf(strange, 'A')).toMatch(/^A /);
  });

  it('tells the first items and how many more there are', () => {
    const items = Array.from({ length: 9 }, (_, item) => ({
      ...{ item, media: 'epcis_event', bytes: 1 },
      json: item === 0 ? null : event,
    }));
    const block = { organisation: '9506000100012', items } as unknown as Block;
    const said = plainOf(block);
    expect(said).toHaveLength(6);
    expect(said.at(-1)).toBe('and 3 more items');
    expect(plainOf({ ...block, items: items.slice(0, 1) } as unknown as Block)).toEqual([]);
  });
});
