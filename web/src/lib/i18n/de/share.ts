// German: shipments shared by a link, and what was received of what was expected.
import type { share as english } from '../en.share';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'Packung' : 'Packungen'}`;

export const share: typeof english = {
  link: {
    title: 'Teilen',
    lead: 'Ein Link zeigt diese Lieferung jedem, der ihn hat, zum Lesen, ohne Schlüssel.',
    button: 'Mit Link teilen',
    label: 'Für wen (sehen nur Sie)',
    until: 'Gültig für',
    days: (n) => `${number(n)} ${n === 1 ? 'Tag' : 'Tage'}`,
    serials: 'Seriennummern und Behälter zeigen',
    cold: 'Kühlkette zeigen',
    make: 'Link anlegen',
    made: 'Der Link wird nur jetzt gezeigt:',
    copy: 'Link',
    none: 'Kein Link zu dieser Lieferung.',
    list: 'Links',
    state: { active: 'Gültig', ended: 'Abgelaufen', revoked: 'Zurückgenommen' },
    noLabel: 'Ohne Namen',
    expires: (time) => `bis ${time}`,
    used: (n, time) => (n === 0 ? 'nie geöffnet' : `${number(n)}-mal geöffnet, zuletzt ${time}`),
    scope: (serials, cold) =>
      [serials ? 'mit Seriennummern' : 'ohne Seriennummern', cold ? 'mit Kühlkette' : '']
        .filter(Boolean)
        .join(', '),
    take: (name) => `Link für ${name} zurücknehmen`,
    takeShort: 'Zurücknehmen',
    taken: 'Zurückgenommen. Er öffnet nichts mehr.',
    failed: (why) => `Nicht getan: ${why}`,
  },
  receipt: {
    lead: 'Was diese Sendung enthält, wer sie versandt und wer sie empfangen hat, ob alles ankam, und wie warm es unterwegs war.',
    title: 'Erwartet und empfangen',
    state: {
      packed: 'Gepackt; noch nicht unterwegs.',
      in_transit: 'Unterwegs.',
      partly_received: 'Teilweise empfangen.',
      received: 'Empfangen.',
    },
    sentence: (expected, received, missing, extra) =>
      `${number(expected)} erwartet, ${number(received)} empfangen, ${number(missing)} fehlen, ${number(extra)} unerwartet`,
    expected: 'Erwartet',
    received: 'Empfangen',
    missing: 'Fehlend',
    unexpected: 'Unerwartet',
    how: (scanned, inferred) =>
      `${number(scanned)} einzeln gelesen, ${number(inferred)} mit ihrem Behälter`,
    missingList: (n) => `Fehlend: ${packs(n)}`,
    extraList: (n) => `Unerwartet: ${packs(n)}`,
  },
  shared: {
    lead: 'Eine Lieferung, wie ihr Besitzer sie jedem zeigt, der diesen Link hat: was darin ist, wie sie reiste und ob alles ankam.',
    title: 'Geteilte Lieferung',
    by: (who) => `Geteilt von ${who}`,
    until: (time) => `Dieser Link zeigt sie bis ${time}.`,
    noToken: 'Diese Adresse enthält keinen Link. Bitten Sie den Absender um die ganze Adresse.',
    noneTitle: 'Dieser Link zeigt nichts',
    none: 'Er ist abgelaufen, zurückgenommen oder unvollständig. Bitten Sie den Absender um einen anderen.',
    goods: 'Was darin ist',
    product: 'Produkt',
    lot: 'Charge',
    expiry: 'Verfall',
    packs: 'Packungen',
    noSerials: 'Seriennummern gehören nicht zu diesem Link.',
    noCold: 'Die Kühlkette gehört nicht zu diesem Link.',
    cold: 'Kühlkette',
    journey: 'Weg',
    contents: 'Einzeln',
  },
};
