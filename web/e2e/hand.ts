// A hand that counts: what a person does to finish a task, in actions (a click, a choice, a text
// typed as a whole, a scan) and in seconds by the keystroke-level model (K 0.2, P 1.1, B 0.1,
// H 0.4, M 1.35). It is a model, not people. Things are found by role and name only. The same task
// runs twice: with a pointer, and by the keyboard alone, where a thing is reached with Tab only, as
// somebody must who uses no mouse.
import { expect, type Locator, type Page } from '@playwright/test';

/** Slower than any scanner, so that the page takes it for a person. */
const BETWEEN_KEYS_MS = 80;
/** More Tabs than any page has stops; a thing that is not reached by then cannot be. */
const TABS_MAX = 600;

export class Hand {
  actions = 0;
  seconds = 0;
  readonly #page: Page;
  readonly #keyboard: boolean;

  constructor(page: Page, keyboard: boolean) {
    this.#page = page;
    this.#keyboard = keyboard;
  }

  async click(target: Locator): Promise<void> {
    if (!this.#keyboard) {
      this.#did(1.35 + 1.1 + 0.1);
      return target.click();
    }
    await this.#reach(target);
    this.#did(1.35 + 0.2);
    const kind = await target.evaluate((it) => (it instanceof HTMLInputElement ? it.type : ''));
    if (kind === 'radio') await this.#until(target, 'ArrowDown');
    else await this.#page.keyboard.press(kind === 'checkbox' ? 'Space' : 'Enter');
  }

  async choose(target: Locator, option: string): Promise<void> {
    this.#did(1.35 + 2 * (1.1 + 0.1));
    if (!this.#keyboard) {
      await target.selectOption(option);
      return;
    }
    await this.#reach(target);
    await this.#page.keyboard.press('Home');
    for (let at = 0; at < 40; at++) {
      // By its focus, since a choice may change what the thing is called.
      const chosen = await this.#page.evaluate(() => {
        const { value, selectedOptions } = document.activeElement as HTMLSelectElement;
        return [value, selectedOptions[0]?.label];
      });
      if (chosen.includes(option)) return;
      await this.#page.keyboard.press('ArrowDown');
    }
    throw new Error(`the keyboard does not reach the option ${option}`);
  }

  async type(target: Locator, text: string): Promise<void> {
    this.#did(1.35 + 0.4 + 0.2 * text.length);
    if (!this.#keyboard) return target.fill(text);
    await this.#reach(target);
    await this.#page.keyboard.press('Control+a');
    await this.#page.keyboard.type(text, { delay: BETWEEN_KEYS_MS });
    await expect(target).toHaveValue(text);
  }

  async press(target: Locator, key: string): Promise<void> {
    this.#did(0.2);
    await target.press(key);
  }

  /** Says what the task took, and fails where it took more than its cap. */
  within(task: string, cap: number): void {
    const by = this.#keyboard ? 'keyboard' : 'pointer';
    const took = `${this.actions} actions, ${this.seconds.toFixed(1)} s modelled`;
    console.info(`task: ${task}: ${took} (${by})`);
    expect(this.actions, `${task} takes at most ${cap} actions`).toBeLessThanOrEqual(cap);
  }

  /** Tab by Tab, until the thing has the focus; of radio buttons, any of the same group. */
  async #reach(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    await expect(target).toBeEnabled();
    for (let tabs = 0; tabs < TABS_MAX; tabs++) {
      const here = await target.evaluate((it) => {
        const focus = document.activeElement;
        if (focus === it) return true;
        const radios = [it, focus].every(
          (e) => e instanceof HTMLInputElement && e.type === 'radio',
        );
        return radios && (it as HTMLInputElement).name === (focus as HTMLInputElement).name;
      });
      if (here) return;
      this.seconds += 0.2;
      await this.#page.keyboard.press('Tab');
    }
    throw new Error(`${TABS_MAX} Tabs do not reach ${target}`);
  }

  async #until(radio: Locator, key: string): Promise<void> {
    await this.#page.keyboard.press('Space');
    for (let at = 0; at < 20; at++) {
      if (await radio.isChecked()) return;
      await this.#page.keyboard.press(key);
    }
    throw new Error(`the arrow keys do not reach ${radio}`);
  }

  #did(seconds: number): void {
    this.actions += 1;
    this.seconds += seconds;
  }
}
