// The test fixture: a page that fails its test on any request to another host, any violation of
// the Content-Security-Policy, and any error in the console; and the ways tests act on it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type CDPSession, type Page } from '@playwright/test';
import { demo, readFacts, type Actor, type Facts } from './demo';
import { startDemo } from './demo.setup';
import { Hand } from './hand';

/**
 * What the browser says of a test rather than of the page: failed requests that a test brings about, and
 * files the page asked for early that wait while a test holds the application back or the machine is slow.
 */
const EXPECTED = new RegExp(
  [
    'Failed to load resource',
    'Service Worker registration blocked by Playwright',
    'was preloaded using link preload but not used within a few seconds',
  ].join('|'),
);

interface Portal {
  /** Opens `path` with the key of `actor`, as a link of the demo does. */
  open(path: string, actor?: Actor): Promise<void>;
}

/** Set by the project: whether tasks are done by the keyboard alone. */
export interface Means {
  byKeyboard: boolean;
}

export const test = base.extend<Means & { portal: Portal; hand: Hand }>({
  byKeyboard: [false, { option: true }],
  hand: async ({ page, byKeyboard }, use) => use(new Hand(page, byKeyboard)),
  baseURL: async ({}, use) => use(demo().url),
  page: async ({ page, baseURL }, use) => {
    const faults: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${baseURL}/`) && !url.startsWith('blob:')) faults.push(`asked ${url}`);
    });
    page.on('pageerror', (error) => faults.push(`threw ${error}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (!EXPECTED.test(message.text())) faults.push(`said ${message.text()}`);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await use(page);
    expect(faults, 'requests to other hosts, policy violations, errors').toEqual([]);
  },
  portal: async ({ page }, use) => {
    await use({
      async open(path, actor = 'pharmacy_a') {
        const key = demo().keys[actor];
        if (!key) throw new Error(`the demo has no key for ${actor}`);
        await page.goto(`${path}#key=${key}`);
        await expect(page.getByRole('button', { name: /^Account: / })).toBeVisible();
      },
    });
  },
});

/** The same, on a node and world of its own that the tests of one file may change; the file says
 * `test.use({ purpose: ... })`, else it would share the node of another. */
export const ownTest = test.extend<object, { purpose: string; own: Facts }>({
  purpose: ['', { option: true, scope: 'worker' }],
  own: [
    async ({ purpose }, use) => {
      if (purpose === '') throw new Error('say what the own node is for: test.use({ purpose })');
      const { facts, end } = await startDemo();
      await use(readFacts(facts));
      await end();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ own }, use) => use(own.url),
  portal: async ({ page, own }, use) => {
    await use({
      async open(path, actor = 'pharmacy_a') {
        await page.goto(`${path}#key=${own.keys[actor]}`);
        await expect(page.getByRole('button', { name: /^Account: / })).toBeVisible();
      },
    });
  },
});

export { expect };

export const verdict = (page: Page) => page.getByRole('region', { name: 'Result' });

/** A layout is what the operating system makes of the keys a US scanner presses. */
export interface Keyboard {
  layout: 'us' | 'german' | 'french';
  caps?: boolean;
  /** `false` for a scanner that does not end a code with Enter. */
  enter?: boolean;
  /** Each key when its time has come, as its event then says: for measurements. */
  live?: boolean;
}

const SWAPPED: Record<Keyboard['layout'], Record<string, string>> = {
  us: {},
  german: { KeyY: 'z', KeyZ: 'y', Minus: '\u00df', BracketRight: '+', Digit7: '7' },
  french: { KeyA: 'q', KeyQ: 'a', KeyZ: 'w', KeyW: 'z', KeyM: ',', Digit1: '&', Digit0: '\u00e0' },
};

/**
 * One for a page, kept as long as it: Chromium 148 forgets that a page is to be offline when any
 * session of that page's is detached.
 */
const sessions = new WeakMap<Page, Promise<CDPSession>>();
function keysOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  return session;
}

/** Between two keys of a scanner. */
const KEY_MS = 4;

/**
 * Types `text` as a hand scanner set to a US keyboard does: the browser is told that every key was pressed
 * 4 ms after the one before, however busy this machine is.
 */
export async function scan(page: Page, text: string, keyboard: Keyboard): Promise<void> {
  const cdp = await keysOf(page);
  const sent: Promise<unknown>[] = [];
  let due = Date.now();
  const press = async (code: string, key: string, modifiers: number) => {
    due += KEY_MS;
    while (keyboard.live && Date.now() < due) await new Promise((done) => setTimeout(done, 1));
    const timestamp = (keyboard.live ? Date.now() : due) / 1000;
    const typed = key.length === 1 && (modifiers & 2) === 0 ? { text: key } : {};
    const enter = code === 'Enter' ? { text: '\r', windowsVirtualKeyCode: 13 } : {};
    const down = { type: 'keyDown', code, key, modifiers, timestamp, ...typed, ...enter } as const;
    const up = { type: 'keyUp', code, key, modifiers, timestamp } as const;
    sent.push(cdp.send('Input.dispatchKeyEvent', down), cdp.send('Input.dispatchKeyEvent', up));
  };
  for (const character of text) {
    const { code, shift, control } = usKey(character);
    const letter = code.startsWith('Key');
    const own = SWAPPED[keyboard.layout][code] ?? character;
    const upper = letter && shift !== Boolean(keyboard.caps);
    const key = upper ? own.toUpperCase() : letter ? own.toLowerCase() : own;
    await press(code, key, control ? 2 : shift ? 8 : 0);
  }
  if (keyboard.enter !== false) await press('Enter', 'Enter', 0);
  await Promise.all(sent);
}

function usKey(character: string): { code: string; shift: boolean; control: boolean } {
  const plain = { shift: false, control: false };
  if (character === '\u001d') return { code: 'BracketRight', shift: false, control: true };
  if (/[a-z]/.test(character)) return { code: `Key${character.toUpperCase()}`, ...plain };
  if (/[A-Z]/.test(character)) return { code: `Key${character}`, shift: true, control: false };
  if (/[0-9]/.test(character)) return { code: `Digit${character}`, ...plain };
  const others: Record<string, string> = { ']': 'BracketRight', '-': 'Minus', '/': 'Slash' };
  const code = others[character];
  if (!code) throw new Error(`the scanner of these tests cannot type ${character}`);
  return { code, ...plain };
}

/** Rows of a long table that are looked at: the others are the same elements with other text. */
const ROWS_LOOKED_AT = 20;

/**
 * No violation of WCAG 2.2 A and AA or of axe's best practices. `only` names rules where the page was
 * looked at as a whole just before and nothing but what these rules judge has changed.
 */
export async function expectAccessible(page: Page, only?: string[]): Promise<void> {
  // In this page instead of one of its own, and without a list of all that is well: several times
  // as fast, and the portal has no frames.
  // Without a connection it cannot load the styles once more.
  const preload = await page.evaluate(() => navigator.onLine);
  const options = { resultTypes: ['violations' as const], preload };
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options(options);
  const rest = `tbody tr:nth-child(n + ${ROWS_LOOKED_AT + 1})`;
  if (await page.locator(rest).count()) axe.exclude(rest);
  const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const result = await (only ? axe.withRules(only) : axe.withTags(levels)).analyze();
  const found = result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`,
  );
  expect(found).toEqual([]);
}

/** A picture to look at; THERIAC_IMAGES names the folder for the docs. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.THERIAC_IMAGES ?? 'test-results/look';
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
