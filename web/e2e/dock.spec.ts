// A pallet at the dock door, all the way: a thousand tags before three simulated readers, the
// bridge that records them, the node, and the shipment's page, which shows the arrival by itself.
// The time it took is printed; docs/benchmarks.md has it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { demo } from './demo';
import { expect, test } from './portal';

const DOORS = 3;
/** With the pallet's own label, 334 tags before each door. */
const PACKS = 333;
/** How long a pallet is in its door; each tag answers with 15 % in ten rounds a second. */
const DWELL_MS = 2_000;

const running: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'theriac-dock-'));

test.afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A program built beside the node's. */
function program(name: string): string {
  const given = process.env.THERIAC_BIN;
  const built = ['release', 'debug'].map((profile) => `../target/${profile}/theriac`);
  const node = given ?? built.find((path) => existsSync(resolve(path)));
  return join(dirname(resolve(node ?? 'theriac')), name);
}

async function ask(key: string, path: string, body?: unknown): Promise<Response> {
  const type = path.startsWith('/epcis') ? 'application/ld+json' : 'application/json';
  const response = await fetch(demo().url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  expect(response.status, `${path}: ${await response.clone().text()}`).toBeLessThan(300);
  return response;
}

/** Bits of TDS codings, most significant first, as hexadecimal digits. */
function bits(...fields: [value: bigint, width: number][]): string {
  const all = fields.reduce((sum, [value, width]) => (sum << BigInt(width)) | value, 0n);
  const width = fields.reduce((sum, [, width]) => sum + width, 0);
  return all.toString(16).padStart(width / 4, '0');
}

/** SGTIN-96 and SSCC-96 of a company prefix of seven digits (TDS 2.1, 14.6). */
const sgtin96 = (gtin: string, serial: number) =>
  bits(
    [0x30n, 8],
    [1n, 3],
    [5n, 3],
    [BigInt(gtin.slice(1, 8)), 24],
    [BigInt(gtin[0] + gtin.slice(8, 13)), 20],
    [BigInt(serial), 38],
  );
const sscc96 = (sscc: string) =>
  bits(
    [0x31n, 8],
    [2n, 3],
    [5n, 3],
    [BigInt(sscc.slice(1, 8)), 24],
    [BigInt(sscc[0] + sscc.slice(8, 17)), 34],
    [0n, 24],
  );

function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((sum, d, at) => sum + Number(d) * (at % 2 ? 1 : 3), 0);
  return digits + ((10 - (sum % 10)) % 10);
}

interface Pallet {
  sscc: string;
  serials: number[];
}

function pallets(gtin: string): Pallet[] {
  // Another run on the same node has other numbers.
  const run = Date.now() % 1_000_000;
  return Array.from({ length: DOORS }, (_, door) => ({
    sscc: withCheckDigit(`3${gtin.slice(1, 8)}${String(run * 10 + door).padStart(9, '0')}`),
    serials: Array.from({ length: PACKS }, (_, at) => run * 10_000 + door * 1_000 + at + 1),
  }));
}

const urlOf = (gtin: string, serial: number) => `https://id.gs1.org/01/${gtin}/21/${serial}`;

/** What the maker says of a pallet: made, packed, sent to the wholesaler. */
function events(gtin: string, pallet: Pallet, from: string, to: string): unknown[] {
  const packs = pallet.serials.map((serial) => urlOf(gtin, serial));
  const unit = `https://id.gs1.org/00/${pallet.sscc}`;
  const place = { id: `https://id.gs1.org/414/${from}` };
  const at = (minutes: number) => ({
    eventTime: new Date(Date.now() - minutes * 60_000).toISOString(),
    eventTimeZoneOffset: '+00:00',
    readPoint: place,
  });
  const owner = (gln: string) => `https://id.gs1.org/417/${gln}`;
  return [
    {
      type: 'ObjectEvent',
      action: 'ADD',
      bizStep: 'commissioning',
      epcList: packs,
      bizLocation: place,
      ilmd: { 'cbvmda:lotNumber': 'DOCK1', 'cbvmda:itemExpirationDate': '2029-12-31' },
      ...at(180),
    },
    {
      type: 'AggregationEvent',
      action: 'ADD',
      bizStep: 'packing',
      parentID: unit,
      childEPCs: packs,
      ...at(120),
    },
    {
      type: 'ObjectEvent',
      action: 'OBSERVE',
      bizStep: 'shipping',
      epcList: [unit],
      bizLocation: place,
      sourceList: [{ type: 'owning_party', source: owner(from) }],
      destinationList: [{ type: 'owning_party', destination: owner(to) }],
      ...at(60),
    },
  ];
}

async function capture(key: string, all: unknown[]): Promise<void> {
  const started = await ask(key, '/epcis/capture', {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: new Date().toISOString(),
    epcisBody: { eventList: all },
  });
  const job = new URL(started.headers.get('location')!, demo().url).pathname;
  await expect
    .poll(async () => (await ask(key, job)).json(), { timeout: 30_000 })
    .toMatchObject({ running: false, success: true });
}

/** Starts a program and waits for the line that says where it listens. */
async function listening(name: string, args: string[]): Promise<string> {
  const child = spawn(program(name), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^listening on (\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error(`${name} ended without listening`);
}

async function door(at: number, gtin: string, pallet: Pallet): Promise<string> {
  const tags = [sscc96(pallet.sscc), ...pallet.serials.map((serial) => sgtin96(gtin, serial))];
  const [epcs, script] = [join(folder, `${at}.epcs`), join(folder, `${at}.script`)];
  writeFileSync(epcs, tags.join('\n') + '\n');
  const pass = `0 pass 1-${tags.length} from 1,2 to 3,4 for ${DWELL_MS} percent 15\n`;
  writeFileSync(script, pass);
  const count = ['--tags', String(tags.length)];
  return listening('reader-sim', [
    ...['--listen', '127.0.0.1:0', '--epcs', epcs, '--script', script],
    ...count,
  ]);
}

/** The bridge's settings: readers, despatch advices, and else the defaults. */
async function settings(gtin: string, all: Pallet[]): Promise<string> {
  const { url, keys } = demo();
  const key = join(folder, 'device.key');
  const made = spawnSync(program('rfid-bridge'), ['keygen', '--out', key], { encoding: 'utf8' });
  expect(made.status, made.stderr).toBe(0);
  const gateway = (await (await ask(keys.gateway!, '/api/v1/me')).json()) as Me;
  const party = gateway.party?.gln ?? '';
  const device = { key: made.stdout.trim(), party, label: `e2e-${all[0]!.sscc}`, role: 'gateway' };
  await ask(keys.admin!, '/api/v1/devices', device);
  writeFileSync(join(folder, 'api.key'), keys.gateway!);
  mkdirSync(join(folder, 'expected'));
  const lines = [
    `[device]\nkey_file = "device.key"`,
    `[uplink]\nurl = "${url}"\napi_key_file = "api.key"`,
    `[spool]\npath = "spool.redb"`,
    `[expected]\nfolder = "expected"`,
  ];
  for (const [at, pallet] of all.entries()) {
    const epcs = [
      `https://id.gs1.org/00/${pallet.sscc}`,
      ...pallet.serials.map((serial) => urlOf(gtin, serial)),
    ];
    const id = `urn:epcglobal:cbv:bt:${party}:ASN-${pallet.sscc}`;
    writeFileSync(join(folder, 'expected', `${at}.json`), JSON.stringify({ id, epcs }));
    lines.push(
      `[[reader]]\nname = "dock-${at}"\naddress = "${await door(at, gtin, pallet)}"`,
      `read_point = "${(demo() as unknown as { dock_door: string }).dock_door}"`,
      `biz_step = "receiving"`,
    );
  }
  const file = join(folder, 'bridge.toml');
  writeFileSync(file, lines.join('\n') + '\n');
  return file;
}

/** What the bridge adds to an event. */
interface Told {
  'theriac:expected'?: { expected: number; seen: number; missing: number; unexpected: number };
  'theriac:rfid': { last_ms: number; reads: number };
}

interface Me {
  party?: { gln: string } | null;
}

test('a pallet that passes the door is shown as received, without a click', async ({
  page,
  portal,
}) => {
  test.setTimeout(120_000);
  const { keys, lot } = demo();
  const all = pallets(lot.gtin);
  const [maker, wholesaler] = await Promise.all(
    ['manufacturer', 'wholesaler'].map(async (who) => {
      const me = (await (await ask(keys[who]!, '/api/v1/me')).json()) as Me;
      return me.party?.gln ?? '';
    }),
  );
  for (const pallet of all) {
    await capture(keys.manufacturer!, events(lot.gtin, pallet, maker!, wholesaler!));
  }
  const file = await settings(lot.gtin, all);

  const last = all.at(-1)!;
  await portal.open(`/shipment/${last.sscc}`, 'wholesaler');
  const journey = page.getByRole('region', { name: 'Journey' });
  await expect(journey).toContainText('on the way');
  await expect(page.getByRole('region', { name: 'Contents' })).toContainText(String(PACKS));

  const bridge = spawn(program('rfid-bridge'), ['run', '--config', file], { stdio: 'inherit' });
  running.push(bridge);
  await expect(journey).not.toContainText('on the way', { timeout: 60_000 });
  const shown = Date.now();

  const unit = encodeURIComponent(`https://id.gs1.org/00/${last.sscc}`);
  const query = `/epcis/events?MATCH_epc=${unit}&EQ_bizStep=receiving`;
  const found = await (await ask(keys.wholesaler!, query)).json();
  const told = found.epcisBody.queryResults.resultsBody.eventList as Told[];
  const event = told.find((it) => it['theriac:expected']?.missing === 0);
  expect(event?.['theriac:expected'], 'reconciled whole').toMatchObject({
    expected: PACKS + 1,
    seen: PACKS + 1,
    unexpected: 0,
  });
  const { last_ms: read, reads } = event!['theriac:rfid'];
  console.info(
    `dock: ${DOORS} doors, ${DOORS * (PACKS + 1)} tags, ${reads} reads of the last pallet; ` +
      `its page showed the arrival ${shown - read} ms after the last read told`,
  );
});
