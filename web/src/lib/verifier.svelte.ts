// The counter: one pack after the other is checked, the last answer stands, a red one stops the
// scanner until a person confirms, and nothing scanned in between is lost without a word.
import { browser } from '$app/environment';
import { Failure, type Client } from './api/client';
import type { Verdict, VerdictClass } from './api/types';
import { isRepeat } from './scan/double-scan';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { play } from './sound';
import { CLASSES, completed, faceOf, notChecked } from './verdict';

export interface Check {
  id: number;
  text: string;
  at: number;
  verdict: Verdict;
  acknowledged: boolean;
}

const STORED = 'theriac.checks';
const KEPT = 50;
const QUEUE = 20;

class Verifier {
  recent = $state.raw<Check[]>([]);
  current = $state.raw<Check | null>(null);
  busy = $state(false);
  /** Scans not checked because scanning was stopped. */
  ignored = $state(0);
  /** A scan that stopped without Enter, for a person to look at and send. */
  unfinished = $state('');
  /** The last scan repeated the one before. */
  repeated = $state(false);

  halted = $derived(
    this.current !== null && !this.current.acknowledged && stops(this.current.verdict.verdict),
  );
  tally = $derived(
    CLASSES.map((verdict) => ({
      verdict,
      count: this.recent.filter((check) => check.verdict.verdict === verdict).length,
    })).filter(({ count }) => count > 0),
  );

  #queue: string[] = [];
  #last: { text: string; at: number } | null = null;

  constructor() {
    if (!browser) return;
    try {
      const stored = JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as Check[];
      this.recent = stored.filter((check) => typeof check?.verdict?.verdict === 'string');
      // A red answer that nobody confirmed stops the scanner after a reload as well.
      const newest = this.recent[0];
      if (newest && !newest.acknowledged && stops(newest.verdict.verdict)) this.current = newest;
    } catch {
      // Unreadable history is as good as none.
    }
  }

  /** A scan, or what was typed. Refused while stopped; queued while another is being checked. */
  submit(text: string): void {
    if (this.halted || this.#queue.length >= QUEUE) {
      this.ignored += 1;
      return;
    }
    const next = { text, at: Date.now() };
    this.repeated = isRepeat(this.#last, next);
    this.#last = next;
    if (this.repeated) return;
    this.ignored = 0;
    this.#queue.push(text);
    if (!this.busy) void this.#work();
  }

  /** Checks again a pack that got no verdict. */
  again(check: Check): void {
    this.#last = null;
    this.submit(check.text);
  }

  acknowledge(): void {
    const check = this.current;
    if (check === null) return;
    const confirmed = { ...check, acknowledged: true };
    this.recent = this.recent.map((each) => (each.id === check.id ? confirmed : each));
    this.current = confirmed;
    this.#last = null;
    this.#store();
  }

  show(check: Check): void {
    if (!this.halted) this.current = check;
  }

  clear(): void {
    if (this.halted) return;
    this.recent = [];
    this.current = null;
    this.#last = null;
    this.ignored = 0;
    this.repeated = false;
    this.#store();
  }

  async #work(): Promise<void> {
    this.busy = true;
    for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
      const check = await this.#ask(text);
      this.current = check;
      this.recent = [check, ...this.recent].slice(0, KEPT);
      this.#store();
      const face = faceOf(check.verdict.verdict);
      if (settings.sound) play(face.tone);
      if (face.stops) {
        this.ignored += this.#queue.length;
        this.#queue = [];
      }
    }
    this.busy = false;
  }

  async #ask(text: string): Promise<Check> {
    const at = Date.now();
    const verdict = await ask(session.client, text, at);
    // A verdict that is no use to a repeat (nothing was learnt) does not hold one back.
    if (verdict.verdict === 'not_checked') this.#last = null;
    const id = Math.max(0, ...this.recent.map((check) => check.id)) + 1;
    return { id, text, at, verdict, acknowledged: false };
  }

  #store(): void {
    sessionStorage.setItem(STORED, JSON.stringify(this.recent));
  }
}

async function ask(client: Client | null, text: string, at: number): Promise<Verdict> {
  const started = performance.now();
  try {
    if (client === null) throw new Failure('unauthorized', 'no key');
    const answer = completed(await client.verify(text));
    session.notice(null);
    return answer;
  } catch (cause) {
    const failure = cause instanceof Failure ? cause : new Failure('node', String(cause));
    session.notice(failure);
    return notChecked(failure, at, Math.round(performance.now() - started));
  }
}

const stops = (verdict: VerdictClass) => faceOf(verdict).stops;

export const verifier = new Verifier();
