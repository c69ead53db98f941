// The languages: the browser's is taken, another can be chosen and is kept, `lang` says which, and
// every page is clean for axe and fits the screen in each of them, in both themes, at three widths
// (English: `look.spec.ts`).
import { demo } from './demo';
import { PAGES } from './pages';
import { expect, expectAccessible, scan, test, verdict } from './portal';

const account = /^(Account|Konto|Compte|Cuenta) ?: /;

test('a language is chosen, kept, and spoken by the node too', async ({ page, portal }) => {
  await portal.open('/', 'pharmacy_a');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Language').selectOption('de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Packung pr\u00fcfen');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Packung pr\u00fcfen');
  const asked = page.waitForRequest('**/api/v1/verify');
  await scan(page, demo().scans.excursion, { layout: 'us' });
  expect((await asked).headers()['accept-language']).toBe('de');
  const card = page.getByRole('region', { name: 'Ergebnis' });
  await expect(card).toHaveAttribute('data-verdict', 'hold');
  await expect(card.getByRole('heading', { level: 2 })).toHaveText('Zur\u00fcckhalten');
  await expect(verdict(page)).toBeHidden();
});

for (const [language, heading] of [
  ['de', 'Alarme'],
  ['fr', 'Alertes'],
  ['es', 'Alertas'],
] as const) {
  test.describe(language, () => {
    test.use({ locale: `${language}-${language.toUpperCase()}` });

    test('is taken from the browser', async ({ page }) => {
      await page.goto(`/alerts#key=${demo().keys.manufacturer}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      await expect(page.getByRole('button', { name: account })).toBeVisible();
    });

    for (const [name, actor, path] of PAGES) {
      test(`${name} fits and is clean for axe`, async ({ page, request }) => {
        test.slow();
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
        const address = await path(request);
        await page.goto(address + (actor ? `#key=${demo().keys[actor]}` : ''));
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.locator('.skeleton')).toBeHidden();
        for (const width of [1280, 768, 390]) {
          await page.setViewportSize({ width, height: 900 });
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(wide, `${name} in ${language} at ${width} px`).toBeLessThanOrEqual(width);
          await expectAccessible(page);
        }
        // The other theme is other colours on the same elements, in English seen at every width.
        await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
        await expectAccessible(page, ['color-contrast']);
        const picture = `test-results/look/${name}-phone-${language}.png`;
        await page.screenshot({ path: picture, fullPage: true });
      });
    }
  });
}
