// The decoder in Node, with the same WASM file that the portal serves.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepare } from '../decode';

export async function prepareInNode(): Promise<void> {
  const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const bytes = readFileSync(path);
  await prepare(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
