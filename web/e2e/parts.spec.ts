// Large pages come in parts, from top to bottom: everything is there in the end, what is costly only
// where somebody comes to it, and what was asked for before it was there as soon as it is.
import type { Page } from '@playwright/test';
import { demo, lotPage, shipmentPage } from './demo';
import { withoutApplication } from './held';
import { PAGES } from './pages';
import { expect, scan, test, verdict } from './portal';

interface Shipment {
  contents: unknown[];
}

test('what is in a shipment is listed whole', async ({ page, portal, request }) => {
  const headers = { authorization: `Bearer ${demo().keys.manufacturer}` };
  const id = encodeURIComponent(demo().shipment);
  const answer = await request.get(`${demo().url}/api/v1/shipments/${id}`, { headers });
  const { contents } = (await answer.json()) as Shipment;
  // More than one part of it.
  expect(contents.length).toBeGreaterThan(24);
  await portal.open(shipmentPage(), 'manufacturer');
  const list = page.getByRole('region', { name: 'Contents' }).getByRole('list').first();
  await expect(list.locator('> li')).toHaveCount(contents.length);
});

test('a chart is drawn when somebody comes to it', async ({ page, portal }) => {
  await page.setViewportSize({ width: 412, height: 823 });
  await portal.open(shipmentPage(), 'manufacturer');
  // The last part of the page: the chart stands before it, below the first screen.
  await expect(page.getByRole('region', { name: 'Loggers and readers' })).toBeAttached();
  const place = page.getByRole('img', { name: /^Chart of / });
  await expect(place).toBeAttached();
  await expect(place).not.toBeInViewport();
  const drawn = page.locator('.uplot canvas');
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  await expect(drawn).toHaveCount(0);
  await place.scrollIntoViewIfNeeded();
  await expect(drawn).toBeVisible();
});

test('a menu that was asked for before it was there opens when it is', async ({ page }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  let held = false;
  await page.route('**/_app/immutable/chunks/**', async (route) => {
    const response = await route.fetch();
    if ((await response.text()).includes('id="menu"')) {
      held = true;
      await arrived;
    }
    await route.fulfill({ response });
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Menu' }).click();
  const link = page.getByRole('link', { name: 'Scanner doctor' });
  await expect.poll(() => held).toBe(true);
  await expect(link).toBeHidden();
  arrive();
  await expect(link).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(link).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(link).toBeVisible();
});

test('what was pressed before the application was there opens when it is', async ({ page }) => {
  const start = await withoutApplication(page);
  await page.goto('/', { waitUntil: 'domcontentloaded' });
  await page.getByRole('button', { name: 'Menu' }).click();
  start();
  await expect(page.getByRole('link', { name: 'Scanner doctor' })).toBeVisible();
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Scanner doctor' })).toBeHidden();
});

/**
 * What comes into the page, by the changes in which it comes; a change is never more than one task. Gives
 * those of what `selector` names, each by its text.
 */
async function changes(page: Page, selector: string): Promise<() => Promise<string[][]>> {
  await page.addInitScript((wanted) => {
    const came: string[][] = [];
    (window as unknown as { came: string[][] }).came = came;
    new MutationObserver((records) => {
      const added = records.flatMap(({ addedNodes }) =>
        [...addedNodes].flatMap((node) => {
          if (!(node instanceof Element)) return [];
          return [...(node.matches(wanted) ? [node] : []), ...node.querySelectorAll(wanted)];
        }),
      );
      const texts = [...new Set(added)].map((each) => each.textContent.trim());
      if (texts.length > 0) came.push(texts);
    }).observe(document, { childList: true, subtree: true });
  }, selector);
  return () => page.evaluate(() => (window as unknown as { came: string[][] }).came);
}

const pathOf = (name: string) => PAGES.find(([each]) => each === name)!;

for (const [name, listed] of [
  ['audit', ({ accesses }) => accesses!.length],
  ['lot', ({ packs }) => Math.min(packs!.length, 50)],
] as [string, (answer: Record<string, unknown[]>) => number][]) {
  test(`a long list comes ten lines a task: ${name}`, async ({ page, portal, request }) => {
    const [, actor, path] = pathOf(name);
    if (name === 'audit') {
      // Each question is a line of the log.
      const headers = { authorization: `Bearer ${demo().keys.admin}` };
      for (let at = 0; at < 12; at++) await request.get(`${demo().url}/api/v1/keys`, { headers });
    }
    const asked = page.waitForResponse(/\/api\/v1\/(accesses|lots\/\d+\/)/);
    const came = await changes(page, 'tbody tr:has(.badge)');
    await portal.open(await path(request), actor!);
    const all = listed((await (await asked).json()) as Record<string, unknown[]>);
    expect(all).toBeGreaterThan(10);
    await expect(page.locator('tbody tr:has(.badge)')).toHaveCount(all);
    const parts = (await came()).map((part) => part.length);
    expect(Math.max(...parts)).toBe(10);
  });
}

for (const [name, apart] of [
  ['case', ['What was found', 'What was decided', 'Comments', 'Decide', 'Case file']],
  ['lot', ['Reconciliation', 'Identity', 'Who holds it']],
  ['devices', ['All devices', 'Invitations', 'Register a device']],
] as const) {
  test(`parts of a page come in tasks of their own: ${name}`, async ({ page, portal, request }) => {
    const [, actor, path] = pathOf(name);
    const came = await changes(page, 'main section > header h2');
    await portal.open(await path(request), actor!);
    for (const title of apart) {
      await expect(page.getByRole('heading', { name: title, exact: true })).toBeAttached();
    }
    const parts = await came();
    const of = (title: string) => parts.findIndex((part) => part.includes(title));
    expect(new Set(apart.map(of)).size, JSON.stringify(parts)).toBe(apart.length);
  });
}

test('an event in its own words comes after what it says', async ({ page, portal, request }) => {
  const [, actor, path] = pathOf('event');
  const came = await changes(page, 'main dl, main pre');
  await portal.open(await path(request), actor!);
  await expect(page.locator('main pre')).toBeVisible();
  expect((await came()).map((part) => part.length)).toEqual([1, 1]);
});

test('a time can be asked for as soon as its field is there', async ({ page, portal }) => {
  const came = await changes(page, 'input[type="datetime-local"]');
  await portal.open(`${lotPage(demo().lot)}/trace`, 'manufacturer');
  const field = page.getByLabel('As of');
  await field.fill('2020-01-01T00:00');
  await expect(page.locator('input[type="datetime-local"]')).toHaveCount(3);
  await expect(field).toHaveValue('2020-01-01T00:00');
  // Each became one where it stood.
  expect(await came()).toEqual([]);
});

test('what an answer rests on is built when it is opened', async ({ page, portal }) => {
  await portal.open('/');
  await scan(page, demo().scans.excursion, { layout: 'us' });
  const found = verdict(page).locator('details.findings');
  await expect(found).toBeVisible();
  await expect(found.locator('li')).toHaveCount(0);
  await found.locator('summary').first().click();
  await expect(found.locator('li').first()).toBeVisible();
});

test('what a finding rests on is built when it is opened', async ({ page, portal, request }) => {
  const [, actor, path] = pathOf('case');
  await portal.open(await path(request), actor!);
  const facts = page.getByRole('region', { name: 'What was found' }).locator('details').first();
  await expect(facts.locator('summary')).toBeVisible();
  await expect(facts.locator('dd')).toHaveCount(0);
  await facts.locator('summary').click();
  await expect(facts.locator('dd').first()).toBeVisible();
});
