// What a page shows and asks before its application is there: in the right language, at the place
// where it stays, and each question once.
import type { Page } from '@playwright/test';
import { demo, lotPage } from './demo';
import { expect, test } from './portal';

/** Holds the application back until the test lets it go. */
async function withoutApplication(page: Page): Promise<() => void> {
  let start = () => {};
  const started = new Promise<void>((done) => (start = done));
  await page.route('**/_app/immutable/entry/**', async (route) => {
    await started;
    await route.continue();
  });
  return start;
}

const opened = (page: Page, path: string, actor = 'manufacturer' as const) =>
  page.goto(`${path}#key=${demo().keys[actor]}`, { waitUntil: 'domcontentloaded' });

for (const [language, heading] of [
  ['en-GB', 'Alerts'],
  ['de-AT', 'Alarme'],
  ['fr-FR', 'Alertes'],
  ['es-MX', 'Alertas'],
] as const) {
  test.describe(language, () => {
    test.use({ locale: language });

    test('the page is there before its application, in one language', async ({ page }) => {
      const start = await withoutApplication(page);
      await opened(page, '/alerts');
      const title = page.getByRole('heading', { level: 1 });
      await expect(title).toHaveText(heading);
      await expect(page.locator('html')).toHaveAttribute('lang', language.slice(0, 2));
      const place = async () => {
        const { x, y, height } = (await title.boundingBox())!;
        return { x, y, height };
      };
      const before = await place();
      start();
      await expect(page.locator('a.case').first()).toBeVisible();
      await expect(page.locator('#boot')).toHaveCount(0);
      await expect(title).toHaveText(heading);
      await expect(page.getByRole('textbox', { name: /./ }).first()).toBeVisible();
      expect(await place()).toEqual(before);
    });
  });
}

test('a language that was chosen goes before that of the browser', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('theriac.language', 'fr'));
  await withoutApplication(page);
  await opened(page, '/devices');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Appareils');
  await expect(page.getByText('Devices', { exact: true })).toBeHidden();
});

test('what is shown is asked for before the application is there, and once', async ({ page }) => {
  const start = await withoutApplication(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.push(pathname);
  });
  const { gtin, lot } = demo().lot;
  const questions = ['/api/v1/me', `/api/v1/lots/${gtin}/${lot}`];
  await opened(page, lotPage(demo().lot));
  await expect.poll(() => [...asked].sort()).toEqual([...questions].sort());
  start();
  await expect(page.getByRole('region', { name: 'Reconciliation' })).toBeVisible();
  for (const question of questions) {
    expect(
      asked.filter((each) => each === question),
      question,
    ).toHaveLength(1);
  }
});

test('every page names the files of its own route', async ({ request }) => {
  const files = async (path: string) => {
    const page = await (await request.get(path, { headers: { accept: 'text/html' } })).text();
    return [...page.matchAll(/href="(\/_app\/[^"]+\/nodes\/[^"]+)"/g)].map(([, file]) => file);
  };
  const [alerts, lot, nowhere] = await Promise.all(
    ['/alerts', lotPage(demo().lot), '/nowhere/at/all'].map(files),
  );
  expect(new Set([...alerts!, ...lot!, ...nowhere!]).size).toBeGreaterThanOrEqual(4);
  for (const file of [...alerts!, ...lot!]) expect((await request.get(file!)).status()).toBe(200);
  expect(alerts).not.toEqual(lot);
});
