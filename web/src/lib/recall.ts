// The report of a recall drill: who holds a lot, what is unknown, and whether the sum holds. Pure.
import type { Lot, LotAccount, MadeInto } from './api/types';

export interface Drill {
  gtin: string;
  lot: string;
  product: string | null;
  made: number;
  located: number;
  terminal: number;
  unknown: number;
  balanced: boolean;
  holders: { party: string; name: string | null; packs: number }[];
  /** Packs nobody is known to hold, at most 1,000; null where the asker may not see them. */
  unaccounted: string[] | null;
  recalled: boolean;
  /** What its packs were made into; empty where the asker may not see it. */
  madeInto: MadeInto[];
}

/** From the lot, and from the account where the asker is shown one. */
export function drillOf(lot: Lot, account: LotAccount | null): Drill {
  const { gtin, made, located, terminal, unknown } = account ?? lot;
  const holders = (account ?? lot).holders.map(({ party, name, count }) => ({
    ...{ party, name: name ?? null, packs: count },
  }));
  return {
    ...{ gtin, lot: lot.lot, product: lot.product ?? null, made, located, terminal, unknown },
    balanced: made === located + terminal + unknown && (account?.balanced ?? true),
    holders: holders.sort((a, b) => b.packs - a.packs),
    unaccounted: account?.unaccounted ?? null,
    recalled: Boolean(lot.recalled),
    madeInto: account?.made_into ?? [],
  };
}

/** The report as a file that says what it is, when it was made and from which state. */
export function reportOf(
  drill: Drill,
  made: { at: number; tookMs: number; node: string; by: string; checkpoint: string },
): string {
  const report = {
    kind: 'recall drill',
    simulated: true,
    made_at: new Date(made.at).toISOString(),
    took_ms: Math.round(made.tookMs),
    node: made.node,
    made_by: made.by,
    ledger_checkpoint: made.checkpoint,
    ...drill,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
