// The ledger's own verifier as WebAssembly: one call over bytes, no glue code. Address and length
// are those of `tangle/verify/wasm`: `buffer` makes room, `verify` gives the address of a report
// in JSON, its length in the four bytes before it.

export interface Exports {
  memory: WebAssembly.Memory;
  buffer: (length: number) => number;
  verify: (proof: number, keys: number, witnesses: number) => number;
}

/** The report of `tangle_verify::proof::json`, as far as a page needs it. */
export interface ModuleReport {
  ok: boolean;
  failed: string | null;
  proved: null | {
    block: string;
    checkpoint: { origin: string; size: number };
    items: { index: number }[];
    trust: 'given' | 'pinned';
  };
}

/** Checks a proof file by the log whose verifier key is `vkey`; throws where the module traps. */
export function run({ memory, buffer, verify }: Exports, file: string, vkey: string): ModuleReport {
  const encoder = new TextEncoder();
  const [proof, keys] = [encoder.encode(file), encoder.encode(vkey)];
  const at = buffer(proof.length + keys.length);
  const input = new Uint8Array(memory.buffer, at, proof.length + keys.length);
  input.set(proof);
  input.set(keys, proof.length);
  const report = verify(proof.length, keys.length, 0);
  const length = new DataView(memory.buffer).getUint32(report, true);
  const text = new Uint8Array(memory.buffer, report + 4, length);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)) as ModuleReport;
}
