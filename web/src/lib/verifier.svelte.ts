// The counter: one pack after the other is checked, the last answer stands, a red one stops the
// scanner until a person confirms, and nothing scanned in between is lost without a word.
import { browser } from '$app/environment';
import { Failure, type Client } from './api/client';
import type { Verdict, VerdictClass } from './api/types';
import { operate, type Operation } from './api/operations';
import { queue, type Waiting } from './offline/queue.svelte';
import { kept } from './offline/recalls.svelte';
import { withoutNode } from './offline/rules';
import { isRepeat } from './scan/double-scan';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { play } from './sound';
import { CLASSES, completed, faceOf } from './verdict';

export interface Check {
  id: number;
  text: string;
  at: number;
  verdict: Verdict;
  acknowledged: boolean;
  /** Its place in the queue, while or since the node could not be asked. */
  queued?: string;
  supply?: Supply;
}

/** What was done with the pack, and how far that came. */
export interface Supply {
  operation: Operation;
  state: 'sending' | 'queued' | 'done' | 'refused';
  /** The node's reason. */
  sentence: string;
  /** Idempotency key. */
  id: string;
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

  halted = $derived(this.current !== null && unconfirmed(this.current));
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
      this.current = this.recent.find(unconfirmed) ?? null;
    } catch {
      // Unreadable history is as good as none.
    }
    queue.onanswer = (item) => this.#late(item);
    void queue.start();
    kept.start();
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
    if (check.queued) void queue.drop(check.queued);
    this.submit(check.text);
  }

  acknowledge(): void {
    const check = this.current;
    if (check === null) return;
    this.#update(check.id, { acknowledged: true });
    // Answers that came late may have brought more than one.
    this.current = this.recent.find(unconfirmed) ?? this.current;
    this.#last = null;
  }

  /** Supplies a pack, or takes that back; waits in the queue where the node cannot be reached. */
  async supply(check: Check, operation: Operation): Promise<void> {
    const [id, at] = [crypto.randomUUID(), Date.now()];
    const tell = (state: Supply['state'], sentence = '') =>
      this.#update(check.id, { supply: { operation, state, sentence, id } });
    tell('sending');
    try {
      if (session.client === null) throw new Failure('unauthorized', 'no key');
      const { result, sentence } = await operate(session.client, operation, check.text, { id, at });
      session.notice(null);
      tell(result === 'refused' ? 'refused' : 'done', sentence);
    } catch (cause) {
      const failure = cause instanceof Failure ? cause : new Failure('node', String(cause));
      session.notice(failure);
      if (!unreachable(failure)) return tell('refused', failure.message);
      await queue.add(operation, check.text, at, id);
      tell('queued');
    }
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
      this.#add(check);
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
    const { verdict, failure } = await ask(session.client, text, at);
    // A verdict that is no use to a repeat (nothing was learnt) does not hold one back.
    if (verdict.verdict === 'not_checked') this.#last = null;
    const waits = failure !== null && unreachable(failure);
    const queued = waits ? (await queue.add('verify', text, at)).id : undefined;
    return { id: this.#nextId(), text, at, verdict, acknowledged: false, queued };
  }

  #nextId(): number {
    return Math.max(0, ...this.recent.map((check) => check.id)) + 1;
  }

  /** The node answered what had been queued; a red answer stops the scanner now. */
  #late({ id, kind, text, at, verdict, outcome, refused }: Waiting): void {
    if (kind !== 'verify') {
      const check = this.recent.find(({ supply }) => supply?.id === id);
      const failed = refused !== undefined || outcome?.result === 'refused';
      const sentence = refused ?? outcome?.sentence ?? '';
      const state = failed ? 'refused' : 'done';
      if (check) {
        this.#update(check.id, { supply: { operation: kind, state, sentence, id } });
      }
      return;
    }
    if (!verdict) return;
    const known = this.recent.find(({ queued }) => queued === id);
    const acknowledged = Boolean(known && stops(known.verdict.verdict) && known.acknowledged);
    if (known) this.#update(known.id, { verdict, acknowledged });
    else this.#add({ id: this.#nextId(), text, at, verdict, acknowledged, queued: id });
    if (!stops(verdict.verdict) || acknowledged) return;
    if (settings.sound) play('bad');
    if (!this.halted) this.current = this.recent.find(({ queued }) => queued === id) ?? null;
  }

  #add(check: Check): void {
    this.recent = [check, ...this.recent].slice(0, KEPT);
    this.#store();
  }

  #update(id: number, change: Partial<Check>): void {
    this.recent = this.recent.map((each) => (each.id === id ? { ...each, ...change } : each));
    if (this.current?.id === id) this.current = { ...this.current, ...change };
    this.#store();
  }

  #store(): void {
    sessionStorage.setItem(STORED, JSON.stringify(this.recent));
  }
}

/** The verdict, and why the node gave none, where it did not. */
async function ask(
  client: Client | null,
  text: string,
  at: number,
): Promise<{ verdict: Verdict; failure: Failure | null }> {
  const started = performance.now();
  try {
    if (client === null) throw new Failure('unauthorized', 'no key');
    const verdict = completed(await client.verify(text));
    session.notice(null);
    return { verdict, failure: null };
  } catch (cause) {
    const failure = cause instanceof Failure ? cause : new Failure('node', String(cause));
    session.notice(failure);
    const tookMs = Math.round(performance.now() - started);
    return { verdict: withoutNode(text, failure, kept.recalls, { at, tookMs }), failure };
  }
}

const stops = (verdict: VerdictClass) => faceOf(verdict).stops;
const unconfirmed = (check: Check) => !check.acknowledged && stops(check.verdict.verdict);
/** Asking again later may help. */
const unreachable = ({ kind }: Failure) => ['offline', 'timeout', 'node'].includes(kind);

export const verifier = new Verifier();
