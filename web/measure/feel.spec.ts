// How long a person waits: from the answer to what is painted, with far more data than the demo
// has. The data is made in the page, where `fetch` is asked, so that no line and no node counts.
import type { Page } from '@playwright/test';
import { demo, lotPage } from '../e2e/demo';
import { expect, scan, test, verdict } from '../e2e/portal';

const ROUNDS = 5;

/**
 * Lets `change`, the source of a function of the answer, rewrite what `fetch` gives for `path`;
 * `window[moment]` is when the page has it.
 */
async function instead(
  page: Page,
  path: string,
  change: string,
  moment = 'answered',
): Promise<void> {
  await page.addInitScript(
    ([wanted, source, moment]) => {
      const ask = window.fetch.bind(window);
      const rewrite = (0, eval)(`(${source})`) as (answer: unknown) => unknown;
      window.fetch = async (...given: Parameters<typeof fetch>) => {
        const answer = await ask(...given);
        const url = new URL(
          given[0] instanceof Request ? given[0].url : String(given[0]),
          location.href,
        );
        if (!new RegExp(wanted!).test(url.pathname) || !answer.ok) return answer;
        // Ready as text, as it comes from a line: reading it is the page's work, writing it is not.
        const body = JSON.stringify(rewrite(await answer.json()));
        const text = async () => {
          (window as unknown as Record<string, number>)[moment!] = performance.now();
          return body;
        };
        const json = async () => JSON.parse(await text()) as unknown;
        return new Proxy(answer, {
          get: (it, name) => {
            if (name === 'json') return json;
            if (name === 'text') return text;
            const value: unknown = Reflect.get(it, name, it);
            return typeof value === 'function' ? value.bind(it) : value;
          },
        });
      };
    },
    [path, change, moment],
  );
}

/** Milliseconds from the answer to the frame after `selector` is there. */
const painted = (page: Page, selector: string) =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((done) => {
        const look = () => {
          const { answered } = window as unknown as { answered?: number };
          if (answered === undefined || document.querySelector(wanted) === null) {
            requestAnimationFrame(look);
            return;
          }
          requestAnimationFrame(() => setTimeout(() => done(performance.now() - answered)));
        };
        look();
      }),
    selector,
  );

async function rounds(name: string, once: () => Promise<number>): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) took.push(await once());
  took.sort((a, b) => a - b);
  const ms = (value: number) => Math.round(value);
  console.info(
    JSON.stringify({
      measure: name,
      ms_median: ms(took[ROUNDS >> 1]!),
      ms_worst: ms(took.at(-1)!),
    }),
  );
}

// The portal forbids `eval`; these pages are rewritten before it looks.
test.use({ bypassCSP: true });

const READINGS = 1_000_000;

/**
 * A year of readings, one every half minute, of one logger: the lowest and the highest of each
 * stretch, as the node lists them beside the number of all.
 */
const listed = `(answer) => {
  const ms = (at) => 1.7e12 + at * 30_000;
  const milli = (at) => Math.round(5000 + 2500 * Math.sin(at / 9000) + 300 * Math.sin(at));
  const all = ${READINGS};
  const stretch = Math.ceil(all / 2_500);
  const kept = [];
  for (let from = 0; from < all; from += stretch) {
    let [lowest, highest] = [from, from];
    for (let at = from; at < Math.min(from + stretch, all); at++) {
      if (milli(at) < milli(lowest)) lowest = at;
      if (milli(at) >= milli(highest)) highest = at;
    }
    kept.push(Math.min(lowest, highest), Math.max(lowest, highest));
  }
  const device = 'https://id.gs1.org/8004/9506000LOGGER0001';
  const reading = (at) => {
    return { t: new Date(ms(at)).toISOString(), c: milli(at) / 1000, device, shipment: answer.id };
  };
  answer.cold_chain.readings = kept.map(reading);
  answer.cold_chain.readings_total = all;
  return answer;
}`;

/** All of them, as columns. */
const whole = `(answer) => {
  const milli = (at) => Math.round(5000 + 2500 * Math.sin(at / 9000) + 300 * Math.sin(at));
  const all = ${READINGS};
  const series = {
    device: 'https://id.gs1.org/8004/9506000LOGGER0001',
    shipment: answer.id,
    from_ms: 1.7e12,
    steps_ms: Array.from({ length: all }, (_, at) => (at === 0 ? 0 : 30_000)),
    milli_celsius: Array.from({ length: all }, (_, at) => milli(at)),
  };
  return { id: answer.id, count: all, series: [series] };
}`;

for (const [name, path, change, selector] of [
  ['5,000 extremes of 1,000,000 readings', '/shipments/[^/]+$', listed, '.uplot canvas'],
  ['all 1,000,000 readings', '/readings$', whole, '[data-readings="there"]'],
] as const) {
  test(name, async ({ page, portal }) => {
    const sscc = demo().excursion_shipment.split('/').pop();
    await portal.open('/', 'manufacturer');
    if (change === whole) await instead(page, '/shipments/[^/]+$', listed, 'listed');
    await instead(page, path, change);
    await rounds(`${name}: from the answer to the painted chart`, async () => {
      await page.goto('/');
      await page.goto(`/cold/${sscc}`);
      return painted(page, selector);
    });
  });
}

test('ten thousand cases are listed', async ({ page, portal }) => {
  await instead(
    page,
    '/api/v1/cases$',
    `(answer) => {
      const cases = Array.isArray(answer) ? answer : answer.cases;
      const many = Array.from({ length: 10_000 }, (_, at) => {
        const one = cases[at % cases.length];
        return { ...one, id: one.rule + ' ' + one.about + '/' + at, about: one.about + at };
      });
      return Array.isArray(answer) ? many : { ...answer, cases: many };
    }`,
  );
  await portal.open('/', 'manufacturer');
  await rounds('10,000 cases: from the answer to the painted list', async () => {
    await page.goto('/');
    await page.goto('/alerts');
    return painted(page, 'a.case');
  });
});

test('a lot of a hundred thousand packs is shown', async ({ page, portal }) => {
  await instead(
    page,
    '/api/v1/lots/[^/]+/[^/]+$',
    `(answer) => {
      const packs = Array.from({ length: 1000 }, (_, at) => {
        const one = answer.packs[at % answer.packs.length];
        return { ...one, id: one.id + at, serial: one.serial + at };
      });
      return { ...answer, packs };
    }`,
  );
  await portal.open('/', 'manufacturer');
  await rounds('a page of 1,000 packs of a lot: from the answer to the painted table', async () => {
    await page.goto('/');
    await page.goto(lotPage(demo().lot));
    return painted(page, 'tbody tr a.mono');
  });
});

test('a scan becomes a verdict', async ({ page, portal }) => {
  // What the node has of it, from the question to the answer.
  await page.addInitScript(() => {
    const ask = window.fetch.bind(window);
    window.fetch = async (...given: Parameters<typeof fetch>) => {
      const asked = performance.now();
      const answer = await ask(...given);
      if (answer.url.endsWith('/verify')) {
        (window as unknown as { node: number }).node = performance.now() - asked;
      }
      return answer;
    };
  });
  await portal.open('/');
  const node: number[] = [];
  await rounds('a scan: from its last key to the painted verdict', async () => {
    await page.goto('/');
    await expect(page.getByText('Ready to scan')).toBeVisible();
    const card = page.evaluate(
      () =>
        new Promise<number>((done) => {
          let last = 0;
          addEventListener('keydown', (event) => (last = event.timeStamp), true);
          const look = () => {
            if (document.querySelector('[data-verdict]') === null) requestAnimationFrame(look);
            else requestAnimationFrame(() => setTimeout(() => done(performance.now() - last)));
          };
          look();
        }),
    );
    await scan(page, demo().scans.excursion, { layout: 'us', live: true });
    await expect(verdict(page)).toBeVisible();
    node.push(await page.evaluate(() => (window as unknown as { node: number }).node));
    return card;
  });
  await rounds('a scan: of it, question and answer of the node', async () => node.shift()!);
});

test('pages answer a click on a phone four times slower', async ({ page, portal }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await portal.open('/alerts', 'manufacturer');
  await expect(page.locator('a.case').first()).toBeVisible();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.evaluate(() => {
    const seen: number[] = [];
    (window as unknown as { seen: number[] }).seen = seen;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'Cold-chain review' }).click();
  await page.getByRole('region', { name: 'Needs review' }).getByRole('link').first().click();
  await page.getByText('Readings as a table').click();
  await page.getByRole('radio', { name: /^Reject/ }).check();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('0950600', { delay: 100 });
  await page.waitForTimeout(500);
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
  const inp_ms = Math.max(0, ...seen);
  console.info(JSON.stringify({ measure: 'worst interaction, CPU four times slower', inp_ms }));
});
