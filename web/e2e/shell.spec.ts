// What every page shares: the key, the omnibox, the keyboard, and failures that say what they are.
import { demo, lotPage, packOf } from './demo';
import { expect, test } from './portal';

test('a link with a key connects, and the key leaves the address bar', async ({ page, portal }) => {
  await portal.open('/', 'pharmacy_a');
  expect(page.url()).not.toContain('key');
  expect(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).not.toContain(
    demo().keys.pharmacy_a,
  );
  await page.reload();
  await expect(page.getByRole('button', { name: /^Account: / })).toBeVisible();
});

test('without a key every page asks for one', async ({ page }) => {
  for (const path of ['/', packOf('genuine').page, lotPage(demo().lot)]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'Connect first' })).toBeVisible();
  }
});

test('a key is pasted once, and a wrong one is refused with a reason', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Enter API key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect to this node' });
  const field = dialog.getByLabel('API key', { exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('type', 'password');

  await field.fill('secret');
  await field.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText(/three parts/);
  await field.fill(`thr_00000000_${'A'.repeat(43)}`);
  await field.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText(/does not accept this key/);
  await field.fill(demo().keys.regulator!);
  await field.press('Enter');
  await expect(dialog).toBeHidden();

  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Connect first' })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('the omnibox goes where what is typed belongs', async ({ page, portal }) => {
  await portal.open('/', 'manufacturer');
  const box = page.getByRole('textbox', { name: 'Find a pack, lot or shipment' });
  const { gtin, serial } = packOf('genuine');
  const { lot } = demo().lot;
  const sscc = demo().shipment.split('/').pop()!;
  const typed: [string, RegExp][] = [
    [`(01)${gtin}(21)${serial}`, new RegExp(`/pack/.*${serial}`)],
    [`https://id.gs1.org/01/${gtin}/21/${serial}`, new RegExp(`/pack/.*${serial}`)],
    [`${gtin} ${lot}`, new RegExp(`/lot/${gtin}/${lot}$`)],
    [sscc, new RegExp(`/shipment/${sscc}$`)],
  ];
  for (const [text, url] of typed) {
    // A page on its way takes the keyboard when it is there, also from somebody who was quicker.
    await expect(async () => {
      await page.keyboard.press('Control+k');
      await expect(box).toBeFocused({ timeout: 1_000 });
    }).toPass();
    await box.fill(text);
    await expect(page.getByText('Enter opens it')).toBeVisible();
    await box.press('Enter');
    await expect(page).toHaveURL(url);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  await box.fill('09506000134353');
  await expect(page.getByText(/check digit of 09506000134353 does not fit/)).toBeVisible();
});

test('the omnibox offers both where a text may be two things', async ({ page, portal }) => {
  await portal.open('/', 'admin');
  const box = page.getByRole('textbox', { name: 'Find a pack, lot or shipment' });
  const id = 'ab'.repeat(32);
  await box.fill(id);
  await expect(page.getByText('This may be one of 2 things.')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: `Ledger block ${id}` })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/devices?q=${id}`);
  await expect(page.getByRole('searchbox')).toHaveValue(id);
  await box.fill(id.slice(1));
  await expect(page.getByText(/has 64 hex digits; these are 63/)).toBeVisible();
  const { gtin, lot } = demo().lot;
  await box.fill(`C06 https://id.gs1.org/01/${gtin}/10/${lot}`);
  await expect(page.getByText(/^Case C06/)).toBeVisible();
});

test('the keyboard alone reaches everything', async ({ page, portal }) => {
  await portal.open('/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  const order: string[] = [];
  for (let step = 0; step < 7; step++) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => {
        const at = document.activeElement!;
        return (
          at.getAttribute('aria-label') ??
          (at as HTMLInputElement).placeholder ??
          '' + at.textContent!.trim()
        );
      }),
    );
  }
  expect(order.join(' > ')).toMatch(
    /Theriac, to the verify page > .*Pack, lot or shipment > Account: .* > \(01\)/s,
  );
});

test('a missing page says so and leads back', async ({ page, portal }) => {
  await portal.open('/nowhere/at/all');
  await expect(page.getByRole('heading', { name: 'No such page' })).toBeVisible();
  await page.getByRole('link', { name: 'To the verify page', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Verify a pack' })).toBeVisible();
});

test('a page that cannot load offers to try again', async ({ page, portal, context }) => {
  await portal.open('/', 'manufacturer');
  await page.route('**/api/v1/lots/**', (route) => route.abort('connectionrefused'));
  const box = page.getByRole('textbox', { name: 'Find a pack, lot or shipment' });
  await box.fill(`${demo().lot.gtin} ${demo().lot.lot}`);
  await box.press('Enter');
  await expect(page.getByRole('heading', { name: 'No connection' })).toBeVisible();
  await page.unroute('**/api/v1/lots/**');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('region', { name: 'Reconciliation' })).toBeVisible();
});

test('a problem of the node names its reference', async ({ page, portal }) => {
  await portal.open('/', 'manufacturer');
  const problem = { status: 500, detail: 'x', code: 'broken', instance: 'request-77' };
  await page.route('**/api/v1/lots/**', (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', json: problem }),
  );
  const box = page.getByRole('textbox', { name: 'Find a pack, lot or shipment' });
  await box.fill(`${demo().lot.gtin} ${demo().lot.lot}`);
  await box.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Reference request-77');
});
