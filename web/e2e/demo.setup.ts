// Starts `theriac demo` once for the whole run and waits until its world has been played. A demo
// that runs already is used instead where THERIAC_DEMO_JSON names its facts.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFacts } from './demo';

const READY_WITHIN_MS = 120_000;

export default async function setup(): Promise<(() => Promise<void>) | void> {
  if (process.env.THERIAC_DEMO_JSON) return;
  const { facts, end } = await startDemo();
  process.env.THERIAC_DEMO_JSON = facts;
  return end;
}

/** A demo of its own, for tests that change the world: the path of its facts, and its end. */
export async function startDemo(): Promise<{ facts: string; end: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), 'theriac-e2e-'));
  const child = spawn(binary(), ['demo', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-4000)));
  }
  const facts = join(data, 'demo.json');
  try {
    await answering(child, facts, () => output);
    await hasPortal(readFacts(facts).url);
  } catch (error) {
    await stop(child);
    throw error;
  }
  const end = async () => {
    await stop(child);
    rmSync(data, { recursive: true, force: true });
  };
  return { facts, end };
}

function binary(): string {
  const given = process.env.THERIAC_BIN;
  const built = ['release', 'debug'].map((profile) => resolve(`../target/${profile}/theriac`));
  const found = given ? resolve(given) : built.find((path) => existsSync(path));
  if (!found || !existsSync(found)) {
    throw new Error('no theriac binary: build it (cargo build) or name it in THERIAC_BIN');
  }
  return found;
}

async function answering(child: ChildProcess, facts: string, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`theriac demo ended with ${child.exitCode}:\n${output()}`);
    }
    if (existsSync(facts) && (await answers(facts))) return;
    await sleep(100);
  }
  throw new Error(`theriac demo was not ready in ${READY_WITHIN_MS} ms:\n${output()}`);
}

async function answers(facts: string): Promise<boolean> {
  try {
    return (await fetch(`${readFacts(facts).url}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** A binary built before the portal was says so on its start page. */
async function hasPortal(url: string): Promise<void> {
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
  if (!page.includes('/_app/')) {
    throw new Error('the binary holds no portal: run `npm run build`, then build it again');
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const polite = await Promise.race([ended.then(() => true), sleep(10_000).then(() => false)]);
  if (!polite) {
    child.kill('SIGKILL');
    await ended;
  }
}
