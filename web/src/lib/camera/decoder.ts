// The decoder's own thread. The WASM file is one of ours, served beside this script; the node
// allows WASM to scripts of this folder only, so the pages themselves can run none.
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { decode, prepare, type Effort, type Frame, type Sight } from './decode';

/** What the page sends: a frame, and how hard to look. */
export interface Task extends Frame {
  effort: Effort;
}
/** What it gets: once `ready` or `failed`, then a sight for each frame. */
export type Report = { kind: 'ready' } | { kind: 'failed'; why: string } | Seen;
interface Seen extends Sight {
  kind: 'seen';
}

const tell = (report: Report) => postMessage(report);

const loaded = prepare(wasm).then(
  () => tell({ kind: 'ready' }),
  (cause: unknown) => tell({ kind: 'failed', why: String(cause) }),
);

addEventListener('message', async ({ data }: MessageEvent<Task>) => {
  await loaded;
  try {
    tell({ kind: 'seen', ...(await decode(data, data.effort)) });
  } catch {
    // One frame that cannot be looked at is as good as an empty one.
    tell({ kind: 'seen', codes: [], unread: 0 });
  }
});
