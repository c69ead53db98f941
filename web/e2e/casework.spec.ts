// Work on a case, on a node of its own: what parties say to each other, and the case file, from the
// request to the bundle, checked offline by the command line.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, ownTest as test } from './portal';

test.use({ purpose: 'case work' });

test.describe.configure({ mode: 'serial' });

function theriac(): string {
  const built = ['release', 'debug'].map((profile) => `../target/${profile}/theriac`);
  const found = process.env.THERIAC_BIN ?? built.find((path) => existsSync(resolve(path)));
  return resolve(found ?? 'theriac');
}

test(
  'a comment is read by everybody who sees the case',
  { tag: '@task' },
  async ({ page, portal, hand }) => {
    await portal.open('/alerts', 'manufacturer');
    await page.getByRole('region', { name: 'Impossible travel' }).getByRole('link').first().click();
    const comments = page.getByRole('region', { name: 'Comments' });
    const add = comments.getByRole('button', { name: 'Add comment' });
    await expect(comments).toContainText('Nobody has said anything yet.');
    await add.click();
    await expect(comments.getByRole('alert')).toHaveText('Write something first.');
    await hand.type(comments.getByLabel('Comment'), 'The carton is with us.\nPhotos follow.');
    await hand.click(add);
    await expect(comments.getByRole('listitem')).toContainText('The carton is with us.');
    hand.within('comment on a case', 2);
    const path = new URL(page.url()).pathname;
    await portal.open(path, 'regulator');
    await expect(comments.getByRole('listitem')).toContainText('Photos follow.');
    await hand.type(comments.getByLabel('Comment'), 'Answer by Friday.');
    await hand.click(add);
    await expect(comments.getByRole('listitem')).toHaveCount(2);
  },
);

test(
  'an authority goes from the request to the bundle in five actions',
  { tag: '@task' },
  async ({ page, portal, hand }) => {
    await portal.open('/', 'regulator');
    await hand.click(page.getByRole('button', { name: 'Menu' }));
    await hand.click(page.getByRole('link', { name: 'Alerts' }));
    await hand.click(
      page.getByRole('region', { name: 'Impossible travel' }).getByRole('link').first(),
    );
    await expect(page.getByText(/\d+ (d|h).* left/).first()).toBeVisible();
    await expect(page.getByText('Opened')).toBeVisible();
    const waiting = page.waitForEvent('download');
    await hand.click(page.getByRole('button', { name: 'Download case file' }));
    const file = await (await waiting).path();
    hand.within('request to bundle', 5);
    await expect(page.getByText(/theriac verify-evidence/)).toBeVisible();
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    expect(bundle.format).toBe('theriac-evidence/1');
    expect(bundle.summary.join('\n')).toContain('case_comment: Answer by Friday.');
    const checked = spawnSync(theriac(), ['verify-evidence', file], { encoding: 'utf8' });
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);
  },
);

test('the case file can be cancelled', async ({ page, portal }) => {
  await portal.open('/alerts', 'regulator');
  await page.getByRole('region', { name: 'Impossible travel' }).getByRole('link').first().click();
  await page.route('**/evidence', async (route) => {
    await new Promise((done) => setTimeout(done, 5_000));
    await route.abort().catch(() => undefined);
  });
  await page.getByRole('button', { name: 'Download case file' }).click();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Download case file' })).toBeVisible();
});
