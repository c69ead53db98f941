// A hand that counts: what a person does to finish a task, in actions (a click, a choice, a text
// typed as a whole, a scan) and in seconds by the keystroke-level model (K 0.2, P 1.1, B 0.1,
// H 0.4, M 1.35). It is a model, not people. Things are found by role and name only.
import type { Locator } from '@playwright/test';
import { expect } from './portal';

export class Hand {
  actions = 0;
  seconds = 0;

  async click(target: Locator): Promise<void> {
    this.#did(1.35 + 1.1 + 0.1);
    await target.click();
  }

  async choose(target: Locator, option: string): Promise<void> {
    this.#did(1.35 + 2 * (1.1 + 0.1));
    await target.selectOption(option);
  }

  async type(target: Locator, text: string): Promise<void> {
    this.#did(1.35 + 0.4 + 0.2 * text.length);
    await target.fill(text);
  }

  async press(target: Locator, key: string): Promise<void> {
    this.#did(0.2);
    await target.press(key);
  }

  /** Says what the task took, and fails where it took more than its cap. */
  within(task: string, cap: number): void {
    console.info(`task: ${task}: ${this.actions} actions, ${this.seconds.toFixed(1)} s modelled`);
    expect(this.actions, `${task} takes at most ${cap} actions`).toBeLessThanOrEqual(cap);
  }

  #did(seconds: number): void {
    this.actions += 1;
    this.seconds += seconds;
  }
}
