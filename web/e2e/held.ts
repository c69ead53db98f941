// A machine or a line so slow that a person acts before the application is there.
import type { Page } from '@playwright/test';

/** Holds the application back until the test lets it go. */
export async function withoutApplication(page: Page): Promise<() => void> {
  let start = () => {};
  const started = new Promise<void>((done) => (start = done));
  await page.route('**/_app/immutable/entry/**', async (route) => {
    await started;
    await route.continue();
  });
  return start;
}
