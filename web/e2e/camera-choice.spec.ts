// Which camera, and its light: Chromium's two make-believe cameras, of which the second is given a
// light that tells what it was asked for.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './portal';

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-device-for-media-stream=device-count=2',
      '--use-fake-ui-for-media-stream',
    ],
  },
});

interface Lit {
  lit: boolean[];
  broken: boolean;
  opened: (string | undefined)[];
}

/** Gives the second camera a light; `window.lamp` tells what was asked of it. */
async function withLight(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const lamp: Lit = { lit: [], broken: false, opened: [] };
    Object.assign(window, { lamp });
    const second = async () =>
      (await navigator.mediaDevices.enumerateDevices()).filter(
        ({ kind }) => kind === 'videoinput',
      )[1]!.deviceId;
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      const [track] = stream.getVideoTracks();
      const id = track!.getSettings().deviceId;
      lamp.opened.push(id);
      if (id === (await second())) {
        track!.getCapabilities = () => ({ torch: true }) as MediaTrackCapabilities;
      }
      track!.applyConstraints = async (constraints) => {
        const wanted = constraints?.advanced?.[0] as { torch?: boolean } | undefined;
        if (wanted?.torch === undefined) return;
        if (lamp.broken) throw new DOMException('no light', 'OverconstrainedError');
        lamp.lit.push(wanted.torch);
      };
      return stream;
    };
  });
}

const lamp = (page: Page) =>
  page.evaluate(() => (window as unknown as { lamp: Lit }).lamp) as Promise<Lit>;

test('another camera is chosen and remembered, and its light goes on and off', async ({
  page,
  portal,
}) => {
  await withLight(page);
  await portal.open('/');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  const choice = page.getByRole('combobox', { name: 'Camera' });
  await expect(choice).toBeVisible();
  await expect(choice.getByRole('option')).toHaveCount(2);
  const light = page.getByRole('button', { name: /light/i });
  await expect(light).toHaveCount(0);

  const ids = await choice
    .getByRole('option')
    .evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
  await choice.selectOption(ids[1]!);
  await expect(light).toHaveAttribute('aria-pressed', 'false');
  expect((await lamp(page)).opened).toEqual(ids);
  await light.click();
  await expect(light).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page);
  await light.click();
  await expect(light).toHaveAttribute('aria-pressed', 'false');
  expect((await lamp(page)).lit).toEqual([true, false]);

  await page.reload();
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await expect(choice).toHaveValue(ids[1]!);
  await expect(light).toBeVisible();
  expect((await lamp(page)).opened).toEqual([ids[1]]);
});

test('a light that does not come on is no longer offered', async ({ page, portal }) => {
  await withLight(page);
  await portal.open('/');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  const choice = page.getByRole('combobox', { name: 'Camera' });
  await choice.selectOption({ index: 1 });
  const light = page.getByRole('button', { name: /light/i });
  await expect(light).toBeVisible();
  await page.evaluate(() => ((window as unknown as { lamp: Lit }).lamp.broken = true));
  await light.click();
  await expect(light).toHaveCount(0);
  await expect(choice).toBeVisible();
});

test('a camera that is gone gives way to one that is there', async ({ page, portal }) => {
  await page.addInitScript(() => localStorage.setItem('theriac.camera', 'gone'));
  await withLight(page);
  await portal.open('/');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  const choice = page.getByRole('combobox', { name: 'Camera' });
  await expect(choice).toHaveValue(/^[0-9a-f]{64}$/);
  expect((await lamp(page)).opened).toHaveLength(1);
});
