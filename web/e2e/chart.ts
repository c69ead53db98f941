// What hands do to a temperature chart.
import type { Page } from '@playwright/test';

/** Drags over a part of the chart, so that it shows that time only. */
export async function lookCloser(page: Page): Promise<void> {
  // It is drawn when it comes into sight.
  await page.getByRole('img', { name: /^Chart of / }).scrollIntoViewIfNeeded();
  const plot = page.locator('.u-over');
  await plot.scrollIntoViewIfNeeded();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await page.mouse.up();
}
