// A party goes by its name, else by its number.
import type { PartyRef } from './api/types';
import { t } from './i18n/shell';

/** The name of a party, else its GLN. */
export function partyName(party: PartyRef | string | null | undefined): string {
  if (!party) return t.dash;
  if (typeof party === 'string') return party;
  return party.name || party.gln || t.dash;
}

export const partyGln = (party: PartyRef | string | null | undefined): string =>
  !party ? '' : typeof party === 'string' ? party : party.gln;
