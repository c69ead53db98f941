// Sharing a shipment by a link: at most three actions, opened without a key in another browser,
// within its scope; taken back, it shows nothing. And what was expected and received, in words.
import { demo, shipmentPage } from './demo';
import { expect, expectAccessible, test } from './portal';

test(
  'a shipment is shared, read without a key, and taken back',
  { tag: '@task' },
  async ({ page, portal, hand, browser, baseURL }, { project }) => {
    const name = `Night carrier by ${project.name}`;
    await portal.open(shipmentPage(), 'wholesaler');
    const share = page.getByRole('region', { name: 'Share' });
    await hand.click(share.getByRole('button', { name: 'Share by link' }));
    await hand.type(share.getByLabel(/^For whom/), name);
    await hand.click(share.getByRole('button', { name: 'Make the link' }));
    hand.within('share a shipment', 3);
    const address = await share.locator('.made .mono').textContent();
    expect(address).toMatch(/\/shared#[0-9a-f]{8}\.[A-Za-z0-9_-]{43}$/);
    const row = share.getByRole('listitem').filter({ hasText: name });
    await expect(row).toContainText('never opened');
    await expectAccessible(page);

    const elsewhere = await browser.newContext({ locale: 'en-GB' });
    const reader = await elsewhere.newPage();
    const asked: string[] = [];
    reader.on('request', (request) =>
      asked.push(`${request.url()} ${request.headers()['referer']}`),
    );
    await reader.goto(address!);
    await expect(reader.getByRole('heading', { level: 1 })).toContainText(/^SSCC \d{18}$/);
    await expect(reader.getByText(/^Shared by /)).toBeVisible();
    await expect(reader.getByText(/This link shows it until .+UTC/)).toBeVisible();
    await expect(reader.getByText(/\d+ expected, \d+ received, 0 missing/)).toBeVisible();
    await expect(reader.getByRole('region', { name: 'Cold chain' })).toBeVisible();
    await expect(
      reader.getByRole('region', { name: 'Journey' }).getByRole('listitem'),
    ).not.toHaveCount(0);
    await expect(reader.getByText('Serial numbers are not part of this link.')).toBeVisible();
    const secret = address!.split('.').pop()!;
    expect(asked.filter((each) => each.includes(secret))).toEqual([]);
    expect(asked.every((each) => each.startsWith(baseURL!) || each.startsWith('blob:'))).toBe(true);
    await expectAccessible(reader);

    await page.reload();
    await expect(row).toContainText('opened 1 times');
    await share.getByRole('button', { name: `Take back the link for ${name}` }).click();
    await expect(share.getByRole('status')).toContainText('It opens nothing any more');
    await reader.reload();
    await expect(reader.getByRole('heading', { name: 'This link shows nothing' })).toBeVisible();
    await elsewhere.close();
  },
);

test('with serial numbers they are shown, and a wrong link shows nothing', async ({
  page,
  portal,
}) => {
  await portal.open(shipmentPage(), 'wholesaler');
  const share = page.getByRole('region', { name: 'Share' });
  await share.getByRole('button', { name: 'Share by link' }).click();
  await share.getByLabel('Show serial numbers and containers').check();
  await share.getByRole('button', { name: 'Make the link' }).click();
  const address = await share.locator('.made .mono').textContent();
  await page.goto(address!);
  await page.getByText('One by one').click();
  await expect(
    page.getByRole('region', { name: 'What is in it' }).getByRole('link').first(),
  ).toBeVisible();
  await page.goto('/shared#00000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await expect(page.getByRole('heading', { name: 'This link shows nothing' })).toBeVisible();
  await page.goto('/uptime');
  await page.goto('/shared');
  await expect(page.getByText(/This address holds no link/)).toBeVisible();
});

test('a shipment says what was expected and what has come', async ({ page, portal }) => {
  await portal.open(`/shipment/${demo().shipment.split('/').pop()}`, 'manufacturer');
  const counts = page.getByRole('region', { name: 'Expected and received' });
  await expect(counts).toContainText('Received.');
  const said = await counts.getByText(/expected, .+ received, /).textContent();
  const [expected, received, missing] = said!.match(/\d[\d,]*/g)!;
  expect(received).toBe(expected);
  expect(missing).toBe('0');
});
