// Where there is a camera that may not be used, the page says so in words, and the rest works.
import { demo } from './demo';
import { expect, expectAccessible, scan, test, verdict } from './portal';

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream'],
  },
});

test('a camera that may not be used is told of, with what to do', async ({ page, portal }) => {
  await portal.open('/');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  const camera = page.getByRole('region', { name: 'Camera' });
  await expect(camera.getByRole('alert')).toContainText('The camera may not be used.');
  await expect(camera.getByRole('alert')).toContainText('Allow it for this address');
  await expectAccessible(page);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await camera.getByRole('button', { name: 'Close the camera' }).click();
  await expect(camera).toBeHidden();
});
