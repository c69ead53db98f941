// What a person chose on this computer and keeps: how times are shown, and sound.
import { browser } from '$app/environment';

export type ZoneChoice = 'place' | 'here' | 'utc';

const STORED = 'theriac.settings';

class Settings {
  #zone = $state<ZoneChoice>('place');
  #sound = $state(false);

  constructor() {
    if (!browser) return;
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}');
      if (['place', 'here', 'utc'].includes(stored.zone)) this.#zone = stored.zone;
      this.#sound = stored.sound === true;
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

  #store(): void {
    localStorage.setItem(STORED, JSON.stringify({ zone: this.#zone, sound: this.#sound }));
  }
}

export const settings = new Settings();
