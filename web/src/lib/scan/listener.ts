// Ties the wedge to a page: listens everywhere, keeps scanner strokes from fields, buttons and
// shortcuts (the Enter at the end of a scan must never press the button that has the focus), and
// puts back what the first strokes typed into a field before they were known to be a scan.
import { settings } from '../settings.svelte';
import { Wedge, type Answer } from './wedge';

const QUIET_MS = 600;
/** A timer later than this means that the page was busy: keys may wait behind it. */
const LATE_MS = 50;

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Calls `onScan` for each scan on the page, and `onUnfinished` for one that stopped without Enter, also
 * for what was pressed before anybody listened (`lib/boot/start.ts`); gives a function that stops listening.
 */
export function listenForScans(
  onScan: (text: string) => void,
  onUnfinished: (text: string) => void,
): () => void {
  const wedge = new Wedge(() => settings.scanner);
  let before: { field: Field; value: string } | null = null;
  let quiet: ReturnType<typeof setTimeout> | undefined;

  function settle(answer: Answer): void {
    clearTimeout(quiet);
    if (answer.kind === 'begin') restore();
    if (answer.kind === 'scan') {
      restore();
      onScan(answer.text);
    } else if (answer.kind === 'unfinished') {
      onUnfinished(answer.text);
    } else if (wedge.bursting) {
      wait();
    }
  }

  function wait(): void {
    const due = performance.now() + QUIET_MS;
    quiet = setTimeout(() => {
      const now = performance.now();
      if (now - due > LATE_MS) wait();
      else settle(wedge.idle(now));
    }, QUIET_MS);
  }

  function restore(): void {
    if (before && before.field.value !== before.value) {
      before.field.value = before.value;
      before.field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    before = null;
  }

  function keydown(event: KeyboardEvent): void {
    // A dialog (the key dialog) takes typed secrets, and programs that type them for people.
    if (event.isComposing || document.querySelector('dialog[open]')) return wedge.reset();
    if (!wedge.bursting) remember(event);
    const third = event.getModifierState('AltGraph');
    const answer = wedge.feed({
      code: event.code,
      key: event.key,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || third,
      alt: event.altKey || third,
      meta: event.metaKey,
      repeat: event.repeat,
      at: event.timeStamp,
    });
    if (answer.kind !== 'pass') {
      event.preventDefault();
      event.stopPropagation();
    }
    settle(answer);
  }

  function remember(event: KeyboardEvent): void {
    const fresh = wedge.length === 0 || event.timeStamp - lastAt > 120;
    lastAt = event.timeStamp;
    if (!fresh) return;
    const target = event.target;
    const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    before = isField ? { field: target, value: target.value } : null;
  }
  let lastAt = -Infinity;

  const keyup = (event: KeyboardEvent) => settle(wedge.release(event.code, event.timeStamp));

  window.addEventListener('keydown', keydown, { capture: true });
  window.addEventListener('keyup', keyup, { capture: true });
  for (const event of window.pressed ?? []) (event.type === 'keyup' ? keyup : keydown)(event);
  delete window.pressed;
  return () => {
    clearTimeout(quiet);
    window.removeEventListener('keydown', keydown, { capture: true });
    window.removeEventListener('keyup', keyup, { capture: true });
  };
}
