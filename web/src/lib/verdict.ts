// From the node's answer to what a person at a counter sees. Colour never stands alone: each
// class has an icon, a word and a sentence, and a class the portal does not know is treated as
// "not checked", never as good.
import type { Failure } from './api/client';
import type { Verdict, VerdictClass } from './api/types';
import { t } from './i18n';

export interface Face {
  tone: 'good' | 'info' | 'warn' | 'bad' | 'mute';
  icon: 'check' | 'again' | 'alert' | 'snow' | 'cross' | 'dots';
  /** Scanning stops until a person confirms. */
  stops: boolean;
}

const FACES: Record<VerdictClass, Face> = {
  genuine: { tone: 'good', icon: 'check', stops: false },
  seen_here: { tone: 'info', icon: 'again', stops: false },
  read_again: { tone: 'warn', icon: 'alert', stops: false },
  hold: { tone: 'warn', icon: 'snow', stops: false },
  do_not_dispense: { tone: 'bad', icon: 'cross', stops: true },
  not_checked: { tone: 'mute', icon: 'dots', stops: false },
};

/** In the order of the tally: good first, worst before unknown. */
export const CLASSES = Object.keys(FACES) as VerdictClass[];

export const isClass = (text: string): text is VerdictClass => Object.hasOwn(FACES, text);
export const classOf = (text: string): VerdictClass => (isClass(text) ? text : 'not_checked');
export const faceOf = (verdict: VerdictClass): Face => FACES[verdict];
export const wordOf = (verdict: VerdictClass): string => t.verdict.words[verdict];

/** An answer made safe to show: a known class, a sentence, and steps wherever they are owed. */
export function completed(answer: Verdict): Verdict {
  const verdict = classOf(String(answer.verdict));
  const own = t.verdict.fallback[verdict];
  // The card numbers the steps itself.
  const steps = (answer.steps ?? [])
    .map((step) => step.replace(/^\s*\d+[.)]\s+/, '').trim())
    .filter((step) => step !== '');
  return {
    ...answer,
    verdict,
    code: answer.code || verdict.toUpperCase(),
    sentence: answer.sentence || own.sentence,
    steps: steps.length > 0 || verdict === 'genuine' ? steps : own.steps,
    pack: answer.pack ?? null,
    findings: answer.findings ?? [],
  };
}

/** The verdict when the node gave none: not checked, and why. */
export function notChecked(failure: Failure, at: number, tookMs: number): Verdict {
  const texts = t.verdict.notChecked;
  const known = failure.kind in texts.sentence ? failure.kind : 'node';
  return {
    verdict: 'not_checked',
    code: `NOT_CHECKED_${failure.kind.toUpperCase()}`,
    sentence: texts.sentence[known as keyof typeof texts.sentence],
    steps: texts.steps,
    pack: null,
    findings: [],
    took_ms: tookMs,
    checked_at: new Date(at).toISOString(),
    finality: null,
  };
}
