// Devices as the list shows them: found by any word, in pages that stay small however many there
// are. Pure.
import type { Device } from './api/types';

export interface Wanted {
  text: string;
  /** Only those that need attention. */
  attention: boolean;
  /** One of the kinds, or empty for all. */
  kind: string;
}

/** A device with what it is found by, made once. */
export interface Row {
  device: Device;
  text: string;
}

export const rowsOf = (devices: Device[]): Row[] =>
  devices.map((device) => ({
    device,
    text: [device.label, device.id, device.party, device.party_name, device.kind]
      .join('\n')
      .toLowerCase(),
  }));

/** Rows that are wanted, those that need attention first. */
export function matching(rows: Row[], { text, attention, kind }: Wanted): Device[] {
  const words = text.trim().toLowerCase();
  const urgent: Device[] = [];
  const others: Device[] = [];
  for (const { device, text } of rows) {
    const needs = device.attention.length > 0;
    if (attention && !needs) continue;
    if (kind !== '' && device.kind !== kind) continue;
    if (words !== '' && !text.includes(words)) continue;
    (needs ? urgent : others).push(device);
  }
  return [...urgent, ...others];
}

export const kindsOf = (rows: Row[]): string[] =>
  [...new Set(rows.map(({ device }) => device.kind))].sort();

/** `82 %`, `2.9 V`: the number and its unit. */
export function batteryOf(device: Device): { value: number; unit: string } | null {
  if (!device.battery) return null;
  const { milli, uom } = device.battery;
  return { value: milli / 1000, unit: uom === 'P1' ? '%' : 'V' };
}
