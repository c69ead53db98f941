// The WebAssembly verifier and the shorter check in script, against the vectors of the ledger: the
// script may never find good what the module refuses, save by the steps that it says it leaves out.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from './check';
import { run, type Exports } from './module';
import { MODULE_STEPS, verify, type Ask } from './verify';

interface Vector {
  name: string;
  proof: string;
  keys: string;
  witnesses_min: number;
  failed: string | null;
}
const VECTORS = JSON.parse(readFileSync('../fixtures/verify/proofs.json', 'utf8')) as Vector[];
const LOG_KEY = VECTORS.find((each) => each.name === "two items, the log's key given")!.keys.trim();
const MODULE = '../target/wasm/tangle_verify.wasm';

/** What the script does not look at: these steps, and the keys that the file brings along. */
const LEFT_OUT = ['block-format', 'signature', 'item-path', 'leaf'];
const OWN_KEYS = [
  'no key for a signature',
  'another key than the signature names',
  "a witness's time changed",
];

const instance = async (): Promise<Exports> => {
  const { instance: started } = await WebAssembly.instantiate(readFileSync(MODULE), {});
  return started.exports as unknown as Exports;
};

describe.skipIf(!existsSync(MODULE))('the WebAssembly verifier', () => {
  it('answers every vector that asks for no witness as the ledger does', async () => {
    const exports = await instance();
    const asked = VECTORS.filter((each) => each.witnesses_min === 0);
    expect(asked.length).toBeGreaterThan(40);
    for (const { name, proof, keys, failed } of asked) {
      expect(run(exports, proof, keys).failed, name).toBe(failed);
    }
  });

  it('proves the block it is about and no other, by the key that was given', async () => {
    const exports = await instance();
    const ask: Ask = async (file, vkey) => run(exports, file, vkey);
    const { proof } = VECTORS[0]!;
    const block = run(exports, proof, LOG_KEY).proved!.block;
    const good = await verify(proof, block, LOG_KEY, ask);
    expect(good).toMatchObject({ by: 'module', ok: true, failed: null, items: 2 });
    expect(good!.size).toBeGreaterThan(0);
    const other = await verify(proof, '0'.repeat(64), LOG_KEY, ask);
    expect(other).toMatchObject({ ok: false, failed: 'block' });
    // Without a key the file's own would count: not on a page that names the log.
    expect(await verify(proof, block, '', ask)).toMatchObject({ ok: false, failed: 'trust' });
    expect(await verify(proof, block, 'nonsense', ask)).toMatchObject({ failed: 'keys' });
  });

  it('refuses what the script refuses, and the script what it refuses', async () => {
    const exports = await instance();
    const block = run(exports, VECTORS[0]!.proof, LOG_KEY).proved!.block;
    for (const { name, proof } of VECTORS) {
      const whole = run(exports, proof, LOG_KEY);
      const script = await check(proof, block, LOG_KEY);
      if (script.ok && whole.failed !== null && !OWN_KEYS.includes(name)) {
        expect(LEFT_OUT, name).toContain(whole.failed);
      }
      if (whole.ok && whole.proved!.block === block) expect(script.ok, name).toBe(true);
    }
  });
});

describe('a proof judged', () => {
  const file = VECTORS[0]!.proof;

  it('does not hold where the module stops, and says every step it would have taken', async () => {
    const report = await verify(file, '0'.repeat(64), LOG_KEY, async () => 'trap');
    expect(report).toMatchObject({ by: 'module', ok: false, failed: 'file', steps: MODULE_STEPS });
  });

  it('is left to the script where there is no module', async () => {
    const report = await verify(file, '0'.repeat(64), LOG_KEY, async () => 'absent');
    expect(report).toMatchObject({ by: 'script', ok: false, failed: 'block', items: null });
  });

  it('does not hold by a report that contradicts itself', async () => {
    const empty = async () => ({ ok: true, failed: null, proved: null });
    expect(await verify(file, '0'.repeat(64), LOG_KEY, empty)).toMatchObject({ ok: false });
  });
});
