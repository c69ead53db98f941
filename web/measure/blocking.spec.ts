// What each page's own thread is busy with after the first paint, as a phone four times slower would be:
// of every task four times the time the thread ran, less 50 ms. What else runs on the machine changes that
// little, unlike Lighthouse's blocking time, so that a page can be compared with itself.
import { demo } from '../e2e/demo';
import { PAGES } from '../e2e/pages';
import { test } from '../e2e/portal';

const RUNS = Number(process.env.THERIAC_RUNS ?? 3);
const SLOWER = 4;
const FREE_MS = 50;
/** Everything has been shown by then, what goes on in the background has begun. */
const WATCHED_MS = 4_500;
const CATEGORIES = ['toplevel', 'loading', 'devtools.timeline'];

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds: when, how long, and how much of that the thread ran. */
  ts: number;
  dur?: number;
  tdur?: number;
}

/** The tasks of the page's thread after its first paint, in milliseconds that it ran. */
function tasksOf(events: TraceEvent[]): number[] {
  const paint = events.filter(({ name }) => name === 'firstContentfulPaint').at(-1);
  if (!paint) throw new Error('the page was never painted');
  const tasks = events
    .filter(({ name, ph }) => ph === 'X' && /(^|::)RunTask$/.test(name))
    .filter(({ pid, tid }) => pid === paint.pid && tid === paint.tid)
    .filter(({ ts, dur = 0 }) => ts + dur > paint.ts)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  let end = 0;
  // A task within another is part of it.
  return tasks.flatMap(({ ts, dur = 0, tdur = 0 }) => {
    if (ts < end) return [];
    end = ts + dur;
    return [tdur / 1000];
  });
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [name, actor, path] of PAGES) {
  test(`blocking: ${name}`, async ({ browser, request }) => {
    const url =
      demo().url + (await path(request)) + (actor === null ? '' : `#key=${demo().keys[actor]}`);
    const phone = { viewport: { width: 412, height: 823 }, isMobile: true, hasTouch: true };
    const blocking: number[] = [];
    const longest: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const context = await browser.newContext({ ...phone, deviceScaleFactor: 1.75 });
      const page = await context.newPage();
      await browser.startTracing(page, { categories: CATEGORIES });
      await page.goto(url);
      await page.waitForTimeout(WATCHED_MS);
      const trace = (await browser.stopTracing()).toString();
      await context.close();
      const tasks = tasksOf((JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents);
      blocking.push(tasks.reduce((sum, ms) => sum + Math.max(0, SLOWER * ms - FREE_MS), 0));
      longest.push(SLOWER * Math.max(...tasks));
    }
    console.info(
      JSON.stringify({
        page: name,
        blocking_ms: Math.round(median(blocking)),
        worst_ms: Math.round(Math.max(...blocking)),
        longest_task_ms: Math.round(median(longest)),
      }),
    );
  });
}
