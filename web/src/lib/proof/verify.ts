// Checks a proof in this browser, step by step. The ledger's own verifier, compiled to WebAssembly,
// takes every step that the command line takes; where it cannot be started, the shorter check in
// plain script takes its place, and the report says which of the two it was.
import { check, STEPS as SCRIPT_STEPS, supported } from './check';
import type { ModuleReport } from './module';
import type { Answer, Question } from './verifier.worker';

/** The verifier's steps in their order (`tangle_verify::proof`), and the page's own last one. */
export const MODULE_STEPS = [
  'keys',
  'file',
  'block-format',
  'signature',
  'item-path',
  'leaf',
  'inclusion',
  'checkpoint-signature',
  'trust',
  'block',
] as const;

export interface Checked {
  by: 'module' | 'script';
  ok: boolean;
  /** The first step that does not hold; those after it were not reached. */
  failed: string | null;
  /** All steps of the verifier that answered, in their order. */
  steps: readonly string[];
  /** Leaves under the checkpoint, where the file could be read. */
  size: number | null;
  /** Items that the proof shows, where the verifier looks at them. */
  items: number | null;
}

/** Asks the module: its report, `trap`, or `absent` where there is none. */
export type Ask = (file: string, vkey: string) => Promise<ModuleReport | 'trap' | 'absent'>;

/** Checks that `file` proves `block` under the log of `vkey`; `null` where nothing here can. */
export async function verify(
  file: string,
  block: string,
  vkey: string,
  ask: Ask = askWorker,
): Promise<Checked | null> {
  const report = await ask(file, vkey);
  if (report !== 'absent') return judged(report, block);
  if (!(await supported())) return null;
  return { by: 'script', steps: SCRIPT_STEPS, items: null, ...(await check(file, block, vkey)) };
}

function judged(report: ModuleReport | 'trap', block: string): Checked {
  const answer = { by: 'module', steps: MODULE_STEPS } as const;
  const nothing = { ...answer, ok: false, size: null, items: null };
  if (report === 'trap') return { ...nothing, failed: 'file' };
  // A report that contradicts itself, or a key that is not the log's, holds nothing.
  if (report.failed !== null) return { ...nothing, failed: report.failed };
  if (!report.ok || report.proved === null) return { ...nothing, failed: 'file' };
  const { proved } = report;
  const size = proved.checkpoint.size;
  const items = proved.items.length;
  if (proved.trust !== 'given') return { ...nothing, failed: 'trust', size, items };
  if (proved.block !== block) return { ...nothing, failed: 'block', size, items };
  return { ...answer, ok: true, failed: null, size, items };
}

const PATIENCE_MS = 10_000;
let worker: Worker | null = null;
let asked = 0;

/** One worker for all checks of this page; one that does not answer is given up. */
const askWorker: Ask = (file, vkey) =>
  new Promise((resolve) => {
    const nth = ++asked;
    try {
      worker ??= new Worker(new URL('./verifier.worker.ts', import.meta.url), { type: 'module' });
    } catch {
      return resolve('absent');
    }
    const mine = worker;
    const done = (answer: ModuleReport | 'trap' | 'absent') => {
      clearTimeout(patience);
      mine.removeEventListener('message', hear);
      mine.removeEventListener('error', give);
      resolve(answer);
    };
    const hear = ({ data }: MessageEvent<Answer>) => {
      if (data.nth === nth) done(data.kind === 'report' ? data.report : data.kind);
    };
    const give = () => {
      mine.terminate();
      if (worker === mine) worker = null;
      done('absent');
    };
    const patience = setTimeout(give, PATIENCE_MS);
    mine.addEventListener('message', hear);
    mine.addEventListener('error', give);
    mine.postMessage({ nth, file, vkey } satisfies Question);
  });
