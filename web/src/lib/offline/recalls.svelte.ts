// Lots that are recalled, by a list the node's log signed: kept on the device, so that a recalled
// pack is red without a connection as well.

export interface Recalls {
  /** When the node signed the list. */
  asOf: string;
  has(gtin: string, lot: string): boolean;
}

class Kept {
  recalls = $state.raw<Recalls | null>(null);
}

export const kept = new Kept();
