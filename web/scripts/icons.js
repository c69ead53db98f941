// Draws the icons of `static/icons` from the portal's own mark, in the system's Chromium: run by
// hand when the mark changes (`node scripts/icons.js`). A maskable icon keeps the mark within the
// inner four fifths, because devices cut it to their own shape.
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';

const MARK = `
  <path d="M9 10.5 16 7l7 3.5M9 10.5v9M23 10.5v9M9 19.5l7 5.5 7-5.5" fill="none"
    stroke="#7fd6c8" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>
  <path d="m11.6 15.4 3.3 3.3 6-6.2" fill="none" stroke="#fff" stroke-width="2.6"
    stroke-linecap="round" stroke-linejoin="round"/>`;
const plain = `<rect width="32" height="32" rx="8" fill="#0b5f5c"/>${MARK}`;
const maskable = `<rect width="32" height="32" fill="#0b5f5c"/>
  <g transform="translate(16 16) scale(1.15) translate(-16 -16)">${MARK}</g>`;

const ICONS = [
  ['icon-192', 192, plain],
  ['icon-512', 512, plain],
  ['maskable-512', 512, maskable],
  ['apple-180', 180, maskable],
];

mkdirSync('static/icons', { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const [name, size, drawing] of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="${size}"
    height="${size}" style="display:block">${drawing}</svg>`;
  await page.setContent(`<body style="margin:0">${svg}</body>`);
  await page.screenshot({ path: `static/icons/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
