// Runs the proof vectors through the WebAssembly verifier, as a page would: one instance, one
// proof after the other. usage: node check.mjs MODULE.wasm VECTORS.json
import { readFileSync } from 'node:fs';

const [, , modulePath, vectorsPath] = process.argv;
const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), {});
const { memory, buffer, verify } = instance.exports;

function check(proof, keys, witnesses) {
	const [proofBytes, keyBytes] = [proof, keys].map((part) =>
		typeof part === 'string' ? new TextEncoder().encode(part) : part
	);
	const at = buffer(proofBytes.length + keyBytes.length);
	new Uint8Array(memory.buffer, at).set(proofBytes);
	new Uint8Array(memory.buffer, at + proofBytes.length).set(keyBytes);
	const report = verify(proofBytes.length, keyBytes.length, witnesses);
	const length = new DataView(memory.buffer).getUint32(report, true);
	return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, report + 4, length)));
}

const vectors = JSON.parse(readFileSync(vectorsPath, 'utf8'));
let wrong = 0;
for (const round of [1, 2, 3]) {
	for (const { name, proof, keys, witnesses_min, failed } of vectors) {
		const report = check(proof, keys, witnesses_min);
		if (report.failed !== failed || report.ok !== (failed === null)) {
			console.error(`round ${round}, ${name}: ${report.failed} fails, not ${failed}`);
			wrong += 1;
		}
	}
}
// What is no text, too large, or cut anywhere is a step that fails, never a trap.
const good = new TextEncoder().encode(vectors[0].proof);
for (const bytes of [new Uint8Array([0xff]), new Uint8Array(6 << 20), ...cuts(good, 97)]) {
	if (check(bytes, '', 0).ok) wrong += 1;
}
function* cuts(bytes, step) {
	for (let end = 0; end < bytes.length; end += step) yield bytes.subarray(0, end);
}
const bytes = readFileSync(modulePath).length;
console.log(`${vectors.length} vectors, ${wrong} wrong, module of ${bytes} bytes`);
process.exit(wrong === 0 ? 0 : 1);
