import { describe, expect, it } from 'vitest';
import type { Case } from './api/types';
import { aboutOf, clockOf, groupsOf, matching } from './cases';

const made = (given: Partial<Case>): Case => ({
  ...{ id: 'x', rule: 'C12', title: 'Impossible travel', severity: 'S2', count: 1 },
  ...{ about: 'https://id.gs1.org/01/09506000134352/10/A', findings: [], owner: null },
  ...{ from: '2026-11-20T00:00:00Z', until: '2026-11-20T00:00:00Z' },
  opened_at: '2026-11-20T00:00:00Z',
  ...given,
});

describe('cases', () => {
  it('are gathered by cause, the gravest first', () => {
    const groups = groupsOf([
      made({ rule: 'T01', severity: 'S1' }),
      made({ rule: 'C12', severity: 'S2', id: 'late', from: '2026-11-21T00:00:00Z' }),
      made({ rule: 'C12', severity: 'S2', id: 'early' }),
      made({ rule: 'T01', severity: 'S4', id: 'grave' }),
    ]);
    expect(groups.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['T01', 'S4'],
      ['C12', 'S2'],
    ]);
    expect(groups[0]!.cases[0]!.id).toBe('grave');
    expect(groups[1]!.cases.map(({ id }) => id)).toEqual(['early', 'late']);
  });

  it('are found by cause, thing and owner', () => {
    const owner = { gln: '9506000100012', name: 'Lahnberg' };
    const all = [made({}), made({ rule: 'T01', severity: 'S3', owner })];
    const find = (filter: Partial<Parameters<typeof matching>[1]>) =>
      matching(all, { text: '', severity: '', owner: '', ...filter }).map(({ rule }) => rule);
    expect(find({})).toEqual(['C12', 'T01']);
    expect(find({ text: ' TRAVEL lahn' })).toEqual([]);
    expect(find({ text: 'lahnberg' })).toEqual(['T01']);
    expect(find({ severity: 'S3' })).toEqual(['T01']);
    expect(find({ owner: '9506000100012' })).toEqual(['T01']);
  });

  it('are to be answered within seven days', () => {
    const now = Date.parse('2026-11-26T00:00:00Z');
    expect(clockOf('2026-11-20T00:00:00Z', now).left).toBe(86_400);
    expect(clockOf('2026-11-18T00:00:00Z', now).left).toBe(-86_400);
  });

  it('say what they are about', () => {
    const word = (kind: string) => (text: string) => `${kind} ${text}`;
    const words = { pack: word('pack'), lot: word('lot'), shipment: word('shipment') };
    const about = (id: string) => aboutOf(id, words);
    expect(about('https://id.gs1.org/01/09506000134352/10/A1')).toBe('lot A1');
    expect(about('https://id.gs1.org/01/09506000134352/21/S1')).toBe('pack S1');
    expect(about('urn:x:y')).toBe('urn:x:y');
  });
});
