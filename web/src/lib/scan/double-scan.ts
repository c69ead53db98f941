// People scan the same pack twice without meaning to. Asking the node again would answer "seen
// here before" to a pack that is in the hand for the first time, so a repeat within a few
// seconds shows the first answer again.

/** A repeat within this time is one scan. */
export const WINDOW_MS = 4000;

export interface Scanned {
  text: string;
  at: number;
}

/** Whether `next` is the same hand movement as `last`. */
export function isRepeat(last: Scanned | null, next: Scanned): boolean {
  if (last === null || next.at < last.at) return false;
  return next.text.trim() === last.text.trim() && next.at - last.at <= WINDOW_MS;
}
