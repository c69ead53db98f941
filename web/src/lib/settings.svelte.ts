// What a person chose on this computer and keeps: how times are shown, sound, and what the scanner
// is set to.
import { browser } from '$app/environment';
import { isLayout, type Layout } from './scan/layouts';

export type ZoneChoice = 'place' | 'here' | 'utc';

const STORED = 'theriac.settings';

class Settings {
  #zone = $state<ZoneChoice>('place');
  #sound = $state(false);
  #scanner = $state<Layout>('us');

  constructor() {
    if (!browser) return;
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}');
      if (['place', 'here', 'utc'].includes(stored.zone)) this.#zone = stored.zone;
      this.#sound = stored.sound === true;
      if (isLayout(stored.scanner)) this.#scanner = stored.scanner;
    } catch {
      // Unreadable settings are as good as none.
    }
  }

  get zone(): ZoneChoice {
    return this.#zone;
  }
  set zone(choice: ZoneChoice) {
    this.#zone = choice;
    this.#store();
  }
  get sound(): boolean {
    return this.#sound;
  }
  set sound(on: boolean) {
    this.#sound = on;
    this.#store();
  }

  /** The keyboard the scanner of this computer takes itself for. */
  get scanner(): Layout {
    return this.#scanner;
  }
  set scanner(layout: Layout) {
    this.#scanner = layout;
    this.#store();
  }

  #store(): void {
    const chosen = { zone: this.#zone, sound: this.#sound, scanner: this.#scanner };
    localStorage.setItem(STORED, JSON.stringify(chosen));
  }
}

export const settings = new Settings();
