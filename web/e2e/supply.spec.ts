// Dispensing at the counter, on a node of its own: recorded, taken back, refused with a reason, and
// without a connection only because somebody asked for it.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, ownTest as test, scan, verdict } from './portal';

test.use({ purpose: 'dispensing' });

test.describe.configure({ mode: 'serial' });

const dispensing = (page: Page) => page.getByRole('region', { name: 'Dispensing' });
const queue = (page: Page) => page.getByRole('region', { name: 'Made without a connection' });

test('a pack is recorded as dispensed, and that is taken back @task', async ({
  page,
  portal,
  own,
  hand,
}) => {
  await portal.open('/');
  await scan(page, own.scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'genuine');
  await hand.click(dispensing(page).getByRole('button', { name: 'Record as dispensed' }));
  await expect(dispensing(page)).toContainText('Recorded as dispensed.');
  hand.within('dispense a pack', 1);
  await expectAccessible(page);
  await hand.click(dispensing(page).getByRole('button', { name: /^Undo/ }));
  await expect(dispensing(page)).toContainText('Taken back');
  hand.within('dispense a pack and take that back', 2);
});

test('nobody but a pharmacy is offered it, and a bad pack never', async ({ page, portal, own }) => {
  await portal.open('/', 'wholesaler');
  await scan(page, own.scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toBeVisible();
  await expect(dispensing(page)).toBeHidden();
  await portal.open('/', 'pharmacy_a');
  await page.reload();
  await scan(page, own.scans.clone, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  await expect(dispensing(page)).toBeHidden();
});

test('without a connection nothing is dispensed that nobody asked for, and what was asked for is \
dispensed once', async ({ page, portal, own, context }) => {
  const sent: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/api/v1/operations')) return;
    sent.push(request.headers()['idempotency-key']);
  });
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, own.scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await context.setOffline(false);
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  expect(sent).toEqual([]);

  await context.setOffline(true);
  await dispensing(page).getByRole('button', { name: 'Record as dispensed' }).click();
  await expect(dispensing(page)).toContainText('Waits in the queue');
  await expect(queue(page)).toContainText('Dispense');
  await context.setOffline(false);
  await page.goto(own.url);
  await expect(queue(page)).toContainText('Recorded', { timeout: 30_000 });
  expect(new Set(sent).size).toBe(1);
  await expect(verdict(page)).toBeHidden();
});
