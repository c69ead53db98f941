import { describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from './api/client';
import type { Verdict } from './api/types';
import { CLASSES, classOf, completed, faceOf, notChecked, wordOf } from './verdict';

const answer = (given: object) =>
  ({
    verdict: 'genuine',
    code: 'GENUINE',
    sentence: 'x',
    steps: [],
    ...given,
  }) as unknown as Verdict;

describe('the face of a verdict', () => {
  it('differs in icon and word, not only in colour', () => {
    expect(CLASSES).toHaveLength(6);
    expect(new Set(CLASSES.map((verdict) => faceOf(verdict).icon)).size).toBe(6);
    expect(new Set(CLASSES.map(wordOf)).size).toBe(6);
  });

  it('stops the scanner on red, and only on red', () => {
    expect(CLASSES.filter((verdict) => faceOf(verdict).stops)).toEqual(['do_not_dispense']);
  });

  it('is good for genuine alone', () => {
    expect(CLASSES.filter((verdict) => faceOf(verdict).tone === 'good')).toEqual(['genuine']);
  });

  it('is never good for an answer the portal does not know', () => {
    for (const unknown of ['', 'GENUINE', 'verified', 'constructor', '__proto__', 'toString']) {
      expect(classOf(unknown)).toBe('not_checked');
    }
  });
});

describe('an answer', () => {
  it('keeps what the node says', () => {
    const given = answer({ verdict: 'hold', code: 'COLD_CHAIN', sentence: 'y', steps: ['a', 'b'] });
    expect(completed(given)).toMatchObject({
      code: 'COLD_CHAIN',
      sentence: 'y',
      steps: ['a', 'b'],
    });
  });

  it('has its steps numbered once', () => {
    const given = answer({ verdict: 'hold', steps: ['1. Set it aside.', '2. Ask.', '2 packs'] });
    expect(completed(given).steps).toEqual(['Set it aside.', 'Ask.', '2 packs']);
  });

  it('gets a sentence and steps where the node gives none', () => {
    for (const verdict of CLASSES.filter((each) => each !== 'genuine')) {
      const bare = completed(answer({ verdict, sentence: '', steps: [' '], code: '' }));
      expect(bare.sentence).not.toBe('');
      expect(bare.steps.length).toBeGreaterThan(0);
      expect(bare.code).toBe(verdict.toUpperCase());
    }
    expect(completed(answer({ steps: undefined, findings: undefined })).steps).toEqual([]);
  });
});

describe('no answer', () => {
  const kinds: FailureKind[] = [
    ...(['offline', 'timeout', 'unauthorized', 'forbidden'] as const),
    ...(['not_found', 'refused', 'node'] as const),
  ];
  for (const kind of kinds) {
    it(`${kind} is not checked, with a reason and a next step`, () => {
      const verdict = notChecked(new Failure(kind, 'x'), 5, 3000);
      expect(verdict).toMatchObject({
        verdict: 'not_checked',
        took_ms: 3000,
        checked_at: '1970-01-01T00:00:00.005Z',
      });
      expect(verdict.sentence).toMatch(/nothing is known about this pack/);
      expect(verdict.steps.length).toBeGreaterThan(0);
    });
  }
});
