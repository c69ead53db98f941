// The checkpoint as people read it. Pure.

export interface Checkpoint {
  origin: string;
  size: number;
  root: string;
}

/** The first three lines of a C2SP tlog-checkpoint; null for what is none. */
export function checkpointOf(note: string): Checkpoint | null {
  const [origin = '', size = '', root = ''] = note.split('\n');
  return origin !== '' && /^\d+$/.test(size) && /^[A-Za-z0-9+/]{43}=$/.test(root)
    ? { origin, size: Number(size), root }
    : null;
}
