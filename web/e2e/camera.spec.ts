// The camera as a scanner, with a film in place of a camera: a genuine pack and a copied one come
// before it in turn. Nobody clicks anything after the camera is open.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { elementsOf } from '../src/lib/scan/recognise';
import { demo, packOf, type Planted } from './demo';
import { expect, expectAccessible, picture, test as base, verdict } from './portal';
import { film } from './video';

const bracketed = (planted: Planted) =>
  elementsOf(demo().scans[planted])
    .map(([ai, value]) => `(${ai})${value}`)
    .join('');

const test = base.extend<object>({
  launchOptions: [
    async ({}, use) => {
      const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
      const folder = mkdtempSync(join(tmpdir(), 'theriac-film-'));
      const path = join(folder, 'counter.mjpeg');
      const scenes = [
        { seconds: 2 },
        { pack: bracketed('genuine'), seconds: 4 },
        { seconds: 2 },
        { pack: bracketed('clone'), seconds: 4 },
      ];
      await film(path, scenes, executablePath);
      await use({
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          `--use-file-for-fake-video-capture=${path}`,
        ],
      });
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});

/** The page's camera tracks, to see whether they are let go of. */
async function watchCamera(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(window, { tracks });
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  return () =>
    page.evaluate(() =>
      (window as unknown as { tracks: MediaStreamTrack[] }).tracks.map((track) => track.readyState),
    );
}

const camera = (page: Page) => page.getByRole('region', { name: 'Camera' });
const opener = (page: Page) => page.getByRole('button', { name: 'Use the camera' });

test('packs before the camera are checked without a click, each once @task', async ({
  page,
  portal,
  hand,
}) => {
  test.slow();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/verify')) asked.push(request.postDataJSON().scan);
  });
  const tracks = await watchCamera(page);
  await portal.open('/');
  await hand.click(opener(page));
  const recent = page.getByRole('region', { name: 'Recent scans' });
  const genuine = packOf('genuine').serial;
  await expect(recent.getByRole('button', { name: new RegExp(genuine) })).toBeVisible({
    timeout: 30_000,
  });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense', {
    timeout: 30_000,
  });
  await expect(verdict(page)).toContainText(packOf('clone').serial);
  hand.within('camera to verdicts', 1);
  // The text is what a scanner sends: the kind of code, and separators as they are on the pack.
  expect(asked).toContain(`]d2${demo().scans.genuine}`);
  expect(asked).toContain(`]d2${demo().scans.clone}`);
  const before = asked.length;
  expect(new Set(asked).size).toBe(before);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [name, width] of [
      ['desk', 1280],
      ['phone', 390],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await expectAccessible(page);
      await picture(page, `camera-${name}-${colorScheme}`);
    }
  }

  // A red answer stops the camera as it stops the scanner.
  await expect(camera(page)).toContainText('Confirm the red result first.');
  await page.waitForTimeout(5_000);
  expect(asked).toHaveLength(before);
  await expect(page.getByText(/not checked while scanning was stopped/)).toBeHidden();

  expect(await tracks()).toEqual(['live']);
  await camera(page).getByRole('button', { name: 'Close the camera' }).click();
  expect(await tracks()).toEqual(['ended']);
  await expect(opener(page)).toBeFocused();
});

test('leaving the page lets go of the camera', async ({ page, portal }) => {
  const tracks = await watchCamera(page);
  await portal.open('/');
  await opener(page).click();
  await expect.poll(tracks).toEqual(['live']);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'Scanner doctor' }).click();
  await expect(page.getByRole('heading', { name: 'Scanner doctor' })).toBeVisible();
  expect(await tracks()).toEqual(['ended']);
});

test('only what the decoder runs in is allowed WASM', async ({ page, portal }) => {
  const scripts = new Map<string, string>();
  page.on('response', (response) => {
    const policy = response.headers()['content-security-policy'] ?? '';
    scripts.set(new URL(response.url()).pathname, policy);
  });
  await portal.open('/');
  await opener(page).click();
  await expect(camera(page)).toHaveAttribute('data-stage', 'on');
  const workers = () => [...scripts].filter(([path]) => path.includes('/workers/'));
  await expect.poll(() => workers().length).toBeGreaterThan(0);
  const allowed = [...scripts].filter(([, policy]) => policy.includes('wasm-unsafe-eval'));
  expect(allowed.length).toBeGreaterThan(0);
  for (const [path] of allowed) expect(path).toContain('/_app/immutable/workers/');
});
