// Holds the WebAssembly verifier, off the page: only scripts of workers may compile WebAssembly
// here (the page's Content-Security-Policy says so), and a check never stops the page.
import url from 'virtual:tangle-verify';
import { run, type Exports } from './module';

export interface Question {
  nth: number;
  file: string;
  vkey: string;
}
export type Answer =
  | { nth: number; kind: 'report'; report: ReturnType<typeof run> }
  /** The module stopped at this file: a proof that it cannot read does not hold. */
  | { nth: number; kind: 'trap' }
  /** There is no module, or it cannot be started here. */
  | { nth: number; kind: 'absent' };

async function load(): Promise<Exports> {
  if (url === null) throw new Error('built without the module');
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}`);
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), {});
  return instance.exports as unknown as Exports;
}

const loaded = load().catch(() => null);

self.addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  const { nth, file, vkey } = data;
  const exports = await loaded;
  let answer: Answer = { nth, kind: 'absent' };
  if (exports !== null) {
    try {
      answer = { nth, kind: 'report', report: run(exports, file, vkey) };
    } catch {
      answer = { nth, kind: 'trap' };
    }
  }
  self.postMessage(answer);
});
