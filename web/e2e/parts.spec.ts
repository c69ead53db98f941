// Large pages come in parts, from top to bottom: everything is there in the end, what is costly only
// where somebody comes to it, and what was asked for before it was there as soon as it is.
import { demo, shipmentPage } from './demo';
import { withoutApplication } from './held';
import { expect, test } from './portal';

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
