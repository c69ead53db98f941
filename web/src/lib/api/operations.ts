// Changing the state of a pack: supplied, and taken back. Sent once under one key, whatever the
// line does meanwhile.
import { answer, type Client } from './client';
import type { components } from './schema';

export type Operation = 'dispense' | 'undo';
export type Outcome = components['schemas']['OperationOutcome'];

export async function operate(
  client: Client,
  operation: Operation,
  scan: string,
  { id: key, at }: { id: string; at: number },
  end?: AbortSignal,
): Promise<Outcome> {
  // The same bytes each time it is sent: summer time may end meanwhile.
  const body = { operation, scans: [scan], time_zone_offset: offsetAt(at) };
  const headers = { 'Idempotency-Key': key };
  const made = await answer(
    (signal) => client.api.POST('/api/v1/operations', { body, headers, signal }),
    undefined,
    end,
  );
  return made.packs[0]!;
}

/** Offset of local time here at a moment: `+02:00`. */
export function offsetAt(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const size = Math.abs(minutes);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
