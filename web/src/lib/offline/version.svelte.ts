// The portal kept on this device: registers the service worker once the page is idle, has it keep
// the rest, and notices when the node has a newer portal. Nothing is ever reloaded by itself.

/** The page is older than the node's after an upgrade: looked for so often while it stays open. */
const LOOK_MS = 60 * 60_000;

class Version {
  /** A newer portal is ready and waits for a reload. */
  fresh = $state(false);
  #waiting: ServiceWorker | null = null;

  /** Registers; browsers without service workers, and those that refuse, do without. */
  async start(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    try {
      const registration = await navigator.serviceWorker.register('/service-worker.js');
      this.#watch(registration);
      const ready = await navigator.serviceWorker.ready;
      whenIdle(() => ready.active?.postMessage('keep the rest'));
      setInterval(() => void registration.update().catch(() => {}), LOOK_MS);
    } catch {
      // Private windows and policies may refuse; the portal works from the node then.
    }
  }

  /** Takes the newer portal; only ever called by a person. */
  reload(): void {
    const worker = this.#waiting;
    if (worker === null) return location.reload();
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
      once: true,
    });
    worker.postMessage('take over');
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const look = (worker: ServiceWorker | null) => {
      // Without a controller this is the first portal of the device, not a newer one.
      if (worker?.state !== 'installed' || !navigator.serviceWorker.controller) return;
      this.#waiting = worker;
      this.fresh = true;
    };
    look(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => look(worker));
    });
  }
}

/** Runs `act` when the browser has nothing better to do. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 10_000 });
  else setTimeout(act, 3_000);
}

export const version = new Version();
