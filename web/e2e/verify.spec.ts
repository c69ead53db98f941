// The counter: a scan anywhere on the page gives a verdict, under any keyboard layout; a red one
// stops the scanner; without a connection nothing looks checked.
import { demo, packOf, type Planted } from './demo';
import { expect, scan, test, verdict, type Keyboard } from './portal';

const EXPECTED: [Planted, string, RegExp][] = [
  ['genuine', 'genuine', /Genuine . may be dispensed/],
  ['clone', 'do_not_dispense', /Do not dispense/],
  ['unknown', 'do_not_dispense', /Do not dispense/],
  ['recalled', 'do_not_dispense', /Do not dispense/],
  ['excursion', 'hold', /Hold/],
];

for (const [planted, kind, word] of EXPECTED) {
  test(`a scan of the ${planted} pack says ${kind}, with cause and steps`, async ({
    page,
    portal,
  }) => {
    await portal.open('/');
    await scan(page, demo().scans[planted], { layout: 'us' });
    const card = verdict(page);
    await expect(card).toHaveAttribute('data-verdict', kind);
    await expect(card.getByRole('heading', { level: 2 })).toHaveText(word);
    await expect(card).toContainText(packOf(planted).serial);
    await expect(card).toContainText(/answered in/);
    await expect(card.getByRole('listitem').first()).toBeVisible();
    // The card numbers its steps; the node's own numbers are not repeated.
    await expect(card.getByRole('listitem').first()).not.toHaveText(/^\s*1[.)]/);
  });
}

const KEYBOARDS: Keyboard[] = [
  { layout: 'us', caps: true },
  { layout: 'german' },
  { layout: 'german', caps: true },
  { layout: 'french' },
  { layout: 'french', caps: true },
];
for (const keyboard of KEYBOARDS) {
  const name = `${keyboard.layout}${keyboard.caps ? ' with Caps Lock' : ''}`;
  test(`the scanner is understood under a ${name} layout`, async ({ page, portal }) => {
    await portal.open('/');
    const asked = page.waitForRequest('**/api/v1/verify');
    await scan(page, demo().scans.genuine, keyboard);
    expect((await asked).postDataJSON()).toEqual({ scan: demo().scans.genuine });
    await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  });
}

test('the tour is offered, shows packs of the demo, and is not offered again', async ({
  page,
  portal,
}) => {
  await portal.open('/');
  await page.getByRole('button', { name: 'Take the tour' }).click();
  const tour = page.getByRole('dialog');
  await expect(tour.getByRole('heading', { name: 'One scan is enough' })).toBeFocused();
  await tour.getByRole('button', { name: 'Check a sound pack of the demo' }).click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await page.keyboard.press('ArrowRight');
  await expect(tour.getByRole('heading', { name: 'Red stops everything' })).toBeFocused();
  await tour.getByRole('button', { name: 'Check a copied pack of the demo' }).click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  // The page stays in use beside it, scanner included.
  await page.getByRole('button', { name: /set this pack aside/ }).click();
  await scan(page, demo().scans.excursion, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'hold');
  await tour.getByRole('button', { name: 'Next' }).click();
  await expect(tour).toContainText('Step 3 of 5');
  await page.keyboard.press('Escape');
  await expect(tour).toBeHidden();
  await page.getByRole('button', { name: 'Clear list' }).click();
  await expect(page.getByText('Nothing scanned yet')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take the tour' })).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'Tour' }).click();
  await expect(tour.getByRole('heading', { name: 'One scan is enough' })).toBeVisible();
});

test('a verdict is printed with what it rests on, and nothing to click', async ({
  page,
  portal,
}) => {
  await portal.open('/');
  await scan(page, demo().scans.clone, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  await page.emulateMedia({ media: 'print' });
  await expect(verdict(page).getByRole('heading', { level: 2 })).toBeVisible();
  await expect(verdict(page)).toContainText(packOf('clone').serial);
  await expect(verdict(page).getByText(/^Checked /)).toBeVisible();
  for (const name of ['Check', 'Use the camera', 'Print']) {
    await expect(page.getByRole('button', { name, exact: true })).toBeHidden();
  }
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.getByRole('button', { name: /set this pack aside/ })).toBeHidden();
});

test('a scan into a field leaves no character there', async ({ page, portal }) => {
  await portal.open('/');
  const field = page.getByRole('textbox', { name: /type the code/ });
  await field.fill('half typed');
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toBeVisible();
  await expect(field).toHaveValue('half typed');
});

test('a scan without Enter is shown to a person before it is checked', async ({ page, portal }) => {
  await portal.open('/');
  await scan(page, demo().scans.genuine, { layout: 'us', enter: false });
  await expect(page.getByText(/The scanner sent no Enter/)).toBeVisible();
  await expect(verdict(page)).toBeHidden();
  const field = page.getByRole('textbox', { name: /type the code/ });
  await expect(field).toHaveValue(demo().scans.genuine.replaceAll('\u001d', '{GS}'));
  await field.press('Enter');
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
});

test('a scan on another page comes to the counter', async ({ page, portal }) => {
  await portal.open(packOf('genuine').page);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(page).toHaveURL(/\/$/);
  await expect(verdict(page)).toBeVisible();
});

test('a code can be typed', async ({ page, portal }) => {
  await portal.open('/');
  const { gtin, serial } = packOf('genuine');
  const field = page.getByRole('textbox', { name: /type the code/ });
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText('Type or scan a code first.')).toBeVisible();
  await field.fill(`(01)${gtin}(21)${serial}`);
  await field.press('Enter');
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
});

test('what is no pack is to be read again, and names what is wrong', async ({ page, portal }) => {
  await portal.open('/');
  await page.getByRole('textbox', { name: /type the code/ }).fill('(01)09506000134353(21)A1');
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'read_again');
  await expect(verdict(page)).toContainText(/check digit/i);
});

test('a red answer stops the scanner until it is confirmed', async ({ page, portal }) => {
  await portal.open('/');
  await scan(page, demo().scans.clone, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  const confirm = page.getByRole('button', { name: /set this pack aside/ });
  await expect(confirm).toBeFocused();

  // The Enter of the next scan presses nothing, and the scan is not checked.
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(page.getByText(/1 scan was not checked/)).toBeVisible();
  await expect(confirm).toBeVisible();
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');

  // Not even a reload lifts the stop.
  await page.reload();
  await expect(confirm).toBeVisible();

  await page.keyboard.press('Tab');
  await confirm.press('Enter');
  await expect(confirm).toBeHidden();
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
});

test('the same pack twice in a row is asked once', async ({ page, portal }) => {
  await portal.open('/');
  let asked = 0;
  page.on('request', (request) => (asked += request.url().endsWith('/api/v1/verify') ? 1 : 0));
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toBeVisible();
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(page.getByText(/Same pack scanned twice/)).toBeVisible();
  expect(asked).toBe(1);
});

test('recent scans are listed, counted, and can be shown again', async ({ page, portal }) => {
  await portal.open('/');
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await scan(page, demo().scans.excursion, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'hold');
  const recent = page.getByRole('region', { name: 'Recent scans' });
  await expect(recent.getByRole('list', { name: /Tally/ }).getByRole('listitem')).toHaveCount(2);
  await recent.getByRole('button', { name: new RegExp(packOf('genuine').serial) }).click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await recent.getByRole('button', { name: 'Clear list' }).click();
  await expect(verdict(page)).toBeHidden();
});

test('without a connection a pack is not checked', async ({ page, portal, context }) => {
  await portal.open('/');
  await context.setOffline(true);
  await expect(page.getByRole('banner').getByText('No connection')).toBeVisible();
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await expect(verdict(page)).toContainText(packOf('genuine').serial);
  await expect(verdict(page)).toContainText('not confirmed by the node');
  // Nobody has to do anything for the answer to come.
  await context.setOffline(false);
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await expect(verdict(page)).toContainText('Answered later');
});

test('a pack that got no answer can be checked again at once', async ({ page, portal }) => {
  await portal.open('/');
  await page.route('**/api/v1/verify', (route) => route.fulfill({ status: 503 }));
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await page.unroute('**/api/v1/verify');
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
});

test('a separator the scanner lost is told as a reading fault, not as a false pack', async ({
  page,
  portal,
}) => {
  await portal.open('/');
  await scan(page, demo().scans.genuine.replaceAll('\u001d', ''), { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'read_again');
  await expect(verdict(page)).toContainText(/separator/i);
});

test('without a camera the page says what else to do', async ({ page, portal }) => {
  await portal.open('/');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  const camera = page.getByRole('region', { name: 'Camera' });
  await expect(camera.getByRole('alert')).toContainText('No camera was found.');
  await camera.getByRole('button', { name: 'Close the camera' }).click();
  await expect(page.getByRole('button', { name: 'Use the camera' })).toBeFocused();
});

test('an answer that takes more than three seconds counts as none', async ({ page, portal }) => {
  await portal.open('/');
  await page.route('**/api/v1/verify', async (route) => {
    await new Promise((late) => setTimeout(late, 4_000));
    await route.continue().catch(() => {});
  });
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await expect(verdict(page)).toContainText('within three seconds');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a class of a newer node is never shown as good', async ({ page, portal }) => {
  await portal.open('/');
  await page.route('**/api/v1/verify', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), verdict: 'splendid' } });
  });
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
});
