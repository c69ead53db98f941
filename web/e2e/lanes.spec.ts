// The way of one pack as lanes, and the ledger's strip through time.
import { packOf } from './demo';
import { expect, expectAccessible, test } from './portal';

test('a pack shows where it was, holder by holder', async ({ page, portal }) => {
  await portal.open(packOf('genuine').page, 'manufacturer');
  const lanes = page.getByRole('region', { name: 'Where it was' });
  const picture = lanes.getByRole('img', { name: /^Drawing: \d stays? with \d holders?\./ });
  await expect(picture).toBeVisible();
  const holders = await picture.locator('text.lane').allTextContents();
  expect(holders.length).toBeGreaterThanOrEqual(2);
  expect(new Set(holders).size).toBe(holders.length);
  // One more stay than movements between them, and it is still where it came last.
  const stays = await picture.locator('rect.stay').count();
  await expect(picture.locator('path.move')).toHaveCount(stays - 1);
  await expect(picture.locator('rect.stay').last()).toHaveClass(/here/);
  await expect(picture.locator('text.count')).toHaveCount(0);
  // The list below says the same: whoever holds it last did something to it.
  const list = page.getByRole('region', { name: 'What happened' });
  await expect(list).toContainText(holders.at(-1)!.split(' \u00b7 ')[0]!);
  await expectAccessible(page);
});

test('the strip of the ledger says from when to when it reaches', async ({ page, portal }) => {
  await portal.open('/ledger', 'manufacturer');
  const name = /^The newest \d+ blocks, of .* UTC\+0\d:00 to .* UTC\+0\d:00, from left to right/;
  await expect(page.getByRole('img', { name })).toBeVisible();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
});
