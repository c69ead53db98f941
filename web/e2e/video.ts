// What a camera would film: packs lying on a counter, one after the other, as a Motion JPEG file
// (JPEG pictures one behind the other) that Chromium plays as its camera, 30 pictures a second.
import { writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { symbolOf } from '../src/lib/camera/testing/symbols';

export interface Scene {
  /** Element string in brackets of the pack in view; nothing for an empty counter. */
  pack?: string;
  seconds: number;
}

const RATE = 30;
/** Pixels a module is wide. */
const MODULE = 6;

/** Writes the film to `path`; Chromium repeats it without end. */
export async function film(path: string, scenes: Scene[], executablePath?: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const pictures: Buffer[] = [];
  for (const { pack, seconds } of scenes) {
    const symbol = pack === undefined ? null : symbolOf('gs1datamatrix', pack);
    const rows = symbol
      ? Array.from({ length: symbol.height }, (_, y) =>
          Array.from({ length: symbol.width }, (_, x) => symbol.dark(x, y)),
        )
      : [];
    const url = await page.evaluate(picture, { rows, module: MODULE });
    const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
    for (let nth = 0; nth < seconds * RATE; nth++) pictures.push(bytes);
  }
  await browser.close();
  writeFileSync(path, Buffer.concat(pictures));
}

/** Runs in the browser: one picture as a data URL. */
function picture({ rows, module }: { rows: boolean[][]; module: number }): string {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 720];
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = '#8a8f92';
  pen.fillRect(0, 0, 1280, 720);
  if (rows.length > 0) {
    pen.translate(640, 360);
    pen.rotate(0.12);
    pen.fillStyle = '#f2f2ee';
    pen.fillRect(-300, -180, 600, 360);
    pen.fillStyle = '#3a3a3a';
    pen.font = '22px sans-serif';
    for (const [at, line] of ['PC', 'SN', 'EXP', 'LOT'].entries()) pen.fillText(line, 130, at * 34);
    pen.fillStyle = '#1c1c1c';
    const [left, top] = [(-rows[0]!.length * module) / 2, (-rows.length * module) / 2];
    rows.forEach((row, y) =>
      row.forEach((dark, x) => {
        if (dark) pen.fillRect(left + x * module, top + y * module, module + 0.3, module + 0.3);
      }),
    );
  }
  return canvas.toDataURL('image/jpeg', 0.85);
}
