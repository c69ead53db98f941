// Tasks that change the world, on a node of their own, one after the other: a case is assigned and
// resolved, a shipment is judged, a lot is recalled, rights are given and taken back.
import type { Locator, Page } from '@playwright/test';
import { expect, ownTest as test } from './portal';

test.use({ purpose: 'decisions' });

test.describe.configure({ mode: 'serial' });

const recorded = (page: Page): Locator => page.getByRole('link', { name: /Recorded in block/ });

test('a case is assigned', async ({ page, portal }) => {
  await portal.open('/alerts', 'manufacturer');
  await page.getByRole('region', { name: 'Impossible travel' }).getByRole('link').first().click();
  await page.getByRole('radio', { name: /Assign/ }).check();
  await page.getByLabel('Reason').fill('Returned pack is being looked at');
  await page.getByRole('button', { name: 'Sign and record' }).click();
  await expect(recorded(page)).toBeVisible();
  await expect(page.getByText('Somebody is looking into it.')).toBeVisible();
});

test('a case is resolved with a reason and a signature @task', async ({ page, portal, hand }) => {
  await portal.open('/alerts', 'manufacturer');
  await page.getByRole('region', { name: 'Impossible travel' }).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Sign and record' }).click();
  await expect(page.getByText('Choose what came of it first.')).toBeVisible();
  await hand.click(page.getByRole('radio', { name: /^Confirmed/ }));
  await page.getByLabel('Reason').fill('Copied serial number, pack is secured');
  await page.getByLabel('Signed by').fill('QA-17');
  await hand.click(page.getByRole('button', { name: 'Sign and record' }));
  await expect(recorded(page)).toBeVisible();
  hand.within('resolve a case (reason and signature apart)', 3);
  const block = await recorded(page).getAttribute('href');
  await page.goto(block!);
  await expect(page.getByText('QA-17')).toBeVisible();
});

test('the inbox hears of it by itself', async ({ page, portal, own }) => {
  await portal.open('/alerts', 'manufacturer');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  // A pack that was supplied in Hamburg is supplied once more in Munich.
  const supply = (actor: string) =>
    page.request.post(`${own.url}/api/v1/operations`, {
      headers: { 'X-API-Key': own.keys[actor]!, 'Idempotency-Key': `${actor}-twice` },
      data: { operation: 'dispense', scans: [own.scans.genuine] },
    });
  await supply('pharmacy_a');
  await supply('pharmacy_b');
  await page.request.post(`${own.url}/api/v1/verify`, {
    headers: { 'X-API-Key': own.keys.pharmacy_b! },
    data: { scan: own.scans.unknown },
  });
  await expect(page.getByText('The list is up to date.')).toBeVisible({ timeout: 20_000 });
});

test('a warm shipment is judged in three actions @task', async ({ page, portal, own, hand }) => {
  await portal.open('/cold', 'manufacturer');
  const sscc = own.excursion_shipment.split('/').pop()!;
  await hand.click(
    page
      .getByRole('region', { name: 'Needs review' })
      .getByRole('link', { name: new RegExp(sscc) })
      .first(),
  );
  const cold = page.getByRole('region', { name: 'Cold chain' });
  await expect(cold).toContainText('Outside the limits');
  await expect(cold.getByRole('group', { name: 'Loggers' })).toContainText('Valid');
  await hand.click(page.getByRole('radio', { name: /^Reject/ }));
  await page.getByLabel('Reason').fill('Seven hours above the limit');
  // What the decision changed is asked for anew.
  const again = page.waitForResponse(/\/api\/v1\/shipments\//);
  await hand.click(page.getByRole('button', { name: 'Sign and record' }));
  await expect(recorded(page)).toBeVisible();
  expect((await again).status()).toBe(200);
  hand.within('reject a shipment (reason and signature apart)', 3);
});

test('a lot is recalled in earnest, and everybody is told @task', async ({
  page,
  portal,
  own,
  hand,
}) => {
  await portal.open('/recall', 'manufacturer');
  const { gtin, lot } = own.lot;
  await hand.type(page.getByLabel('Product and lot'), `${gtin} ${lot}`);
  await hand.click(page.getByRole('button', { name: 'Run the drill' }));
  await hand.click(page.getByRole('radio', { name: /^Pharmacy/ }));
  await page.getByLabel('Reason').fill('Particles in retained samples');
  await hand.click(page.getByRole('button', { name: 'Sign and record' }));
  await expect(recorded(page)).toBeVisible();
  hand.within('recall a lot (reason apart)', 4);
  const list = page.getByRole('region', { name: 'Recalls' });
  const article = list.getByRole('article').filter({ hasText: lot });
  await article.getByRole('button', { name: /Tell everybody/ }).click();
  await expect(page.getByText(/\d+ notices? sent/)).toBeVisible();
  await expect(article).toContainText(/100 % of the packs/);
});

test('sight is given, seen by the other side, and taken back @task', async ({
  page,
  portal,
  own,
  hand,
}) => {
  await portal.open('/grants', 'manufacturer');
  await page.getByLabel('Its GLN').fill('9506000100043');
  await page.getByLabel('Pack, lot or shipment').last().fill(`${own.lot.gtin} ${own.lot.lot}`);
  await page.getByLabel('Purpose').fill('Complaint 17');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByText('Shared. It can be read at once.')).toBeVisible();
  await portal.open('/grants', 'pharmacy_b');
  await expect(page.getByRole('region', { name: 'Given to us' })).toContainText('Complaint 17');
  await portal.open('/grants', 'manufacturer');
  await hand.click(page.getByRole('button', { name: /Take back: A lot/ }));
  await hand.click(page.getByRole('button', { name: 'Take back now' }));
  hand.within('take a grant back', 2);
  await expect(page.getByRole('region', { name: 'Given by us' })).toContainText('Taken back');
});

test('a key is made, shown once, and taken back @task', async ({ page, portal, hand }) => {
  await portal.open('/keys', 'admin');
  await page.getByLabel('Name', { exact: true }).fill('Counter 3');
  await page.getByLabel('Organisation (GLN)').fill('9506000100036');
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByText(/^thr_[0-9a-f]{8}_/)).toBeVisible();
  await page.getByRole('button', { name: /hide it/ }).click();
  await expect(page.getByText(/^thr_/)).toBeHidden();
  await hand.click(page.getByRole('button', { name: /Take back the key .Counter 3/ }));
  await hand.click(page.getByRole('button', { name: /Take back .Counter 3. now/ }));
  hand.within('take a key back', 2);
  await expect(page.getByRole('row', { name: /Counter 3/ })).toContainText('Taken back');
});

test('a device is registered', async ({ page, portal }) => {
  await portal.open('/devices', 'admin');
  const form = page.getByRole('region', { name: 'Register a device' });
  await form
    .getByLabel('Name, as its events call it')
    .fill('https://id.gs1.org/8004/9506000LOGGER0099');
  await form.getByLabel(/Public key/).fill('00ff');
  await form.getByLabel('Organisation (GLN)').fill('9506000100029');
  await form.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByText('A public key has 64 hex digits.')).toBeVisible();
  // The public key of RFC 8032, section 7.1, test 1.
  await form
    .getByLabel(/Public key/)
    .fill('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  await form.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByRole('link', { name: /Registered in block/ })).toBeVisible();
});
