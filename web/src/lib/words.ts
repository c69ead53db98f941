// Codes of the field as words. A code without a word is shown readably rather than hidden.
import { t } from './i18n';

/** `in_transit`, `InTransit` or a CBV address as a catalogue key. */
export function keyOf(code: string): string {
  const bare = code.replace(/^.*[/:#](?:BizStep-|Disp-)?/, '');
  return bare
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}

const readable = (code: string) => {
  const words = keyOf(code).replace(/_/g, ' ').trim();
  return words === '' ? t.dash : words[0]!.toUpperCase() + words.slice(1);
};

const lookup = (catalogue: Record<string, string>, code: string | null | undefined) =>
  code
    ? Object.hasOwn(catalogue, keyOf(code))
      ? catalogue[keyOf(code)]!
      : readable(code)
    : t.dash;

export const statusWord = (code: string | null | undefined) => lookup(t.status, code);
export const stepWord = (code: string | null | undefined) => lookup(t.steps, code);
export const severityWord = (code: string | null | undefined) => lookup(t.severity, code);
export const packSentence = (code: string | null | undefined) =>
  lookup(t.packSentence, code || 'unknown');
export const alertSentence = (code: string | null | undefined) =>
  lookup(t.alertSentence, code || 'none');
export const roleWord = (code: string | null | undefined) => lookup(t.roles, code);

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'mute';

const TONES: Record<string, Tone> = {
  ...{
    active: 'good',
    commissioned: 'good',
    in_progress: 'good',
    in_stock: 'good',
    within: 'good',
  },
  ...{ in_transit: 'info', shipped: 'info', dispensed: 'mute', partially_dispensed: 'mute' },
  ...{ destroyed: 'mute', decommissioned: 'mute', inactive: 'mute', exported: 'mute' },
  ...{ recalled: 'bad', stolen: 'bad', expired: 'bad', unknown: 'warn', quarantined: 'warn' },
  ...{ damaged: 'bad' },
  ...{ excursion: 'bad', indeterminate: 'warn', no_data: 'mute' },
};

/** The tone of a status badge; a word always stands beside it. */
export const statusTone = (code: string | null | undefined): Tone =>
  (code && TONES[keyOf(code)]) || 'mute';

/** Severity S0 (a note) to S4 (critical). */
export function severityTone(code: string): Tone {
  const level = Number(/[0-4]/.exec(code)?.[0] ?? 2);
  return level >= 3 ? 'bad' : level === 2 ? 'warn' : level === 1 ? 'info' : 'mute';
}
