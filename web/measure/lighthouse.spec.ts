// Lighthouse (mobile simulation) over every page: the median of three runs each. `npx` fetches it,
// so that its hundred packages are no part of every install.
import { execFileSync } from 'node:child_process';
import { demo } from '../e2e/demo';
import { PAGES } from '../e2e/pages';
import { test } from '../e2e/portal';

const LIGHTHOUSE = 'lighthouse@12.8.2';
const RUNS = Number(process.env.THERIAC_RUNS ?? 3);

interface Result {
  categories: Record<string, { score: number }>;
  audits: Record<string, { numericValue?: number }>;
}

function run(url: string): Result {
  const chrome = '--headless=new --no-sandbox --disable-gpu';
  const words = ['--yes', LIGHTHOUSE, url, '--output=json', '--quiet', `--chrome-flags=${chrome}`];
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' };
  const out = execFileSync('npx', words, {
    env,
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out.toString()) as Result;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [name, actor, path] of PAGES) {
  test(`lighthouse: ${name}`, async ({ request }) => {
    const url =
      demo().url + (await path(request)) + (actor === null ? '' : `#key=${demo().keys[actor]}`);
    const runs = Array.from({ length: RUNS }, () => run(url));
    const score = (category: string) =>
      Math.round(100 * median(runs.map((each) => each.categories[category]!.score)));
    const value = (audit: string) =>
      median(runs.map((each) => each.audits[audit]!.numericValue ?? NaN));
    console.info(
      JSON.stringify({
        page: name,
        performance: score('performance'),
        accessibility: score('accessibility'),
        best_practices: score('best-practices'),
        lcp_ms: Math.round(value('largest-contentful-paint')),
        tbt_ms: Math.round(value('total-blocking-time')),
        cls: Number(value('cumulative-layout-shift').toFixed(3)),
      }),
    );
  });
}
