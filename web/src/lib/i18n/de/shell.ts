// German: the texts every page needs.
import type { shell as english } from '../en.shell';

export const shell: typeof english = {
  product: 'Theriac',
  skip: 'Zum Inhalt springen',
  dash: '–',
  header: {
    home: 'Theriac, zur Prüfseite',
    nav: 'Hauptnavigation',
    verify: 'Prüfen',
    menu: 'Menü',
    key: 'Verbinden',
    account: (name) => `Konto: ${name}`,
    online: 'Verbunden',
    offline: 'Keine Verbindung',
    theme: 'Darstellung',
  },
  omnibox: {
    label: 'Packung, Charge oder Sendung suchen',
    placeholder: 'Packung, Charge oder Sendung',
    go: 'Los',
    kinds: {
      pack: (gtin, serial) => `Packung ${serial} der GTIN ${gtin}`,
      lot: (gtin, lot) => `Charge ${lot} der GTIN ${gtin}`,
      shipment: (sscc) => `Sendung ${sscc}`,
      block: (id) => `Ledger-Block ${id.slice(0, 12)}…`,
    },
    open: 'Enter öffnet',
    product: (gtin) =>
      `GTIN ${gtin}: Charge („${gtin} CHARGE“) oder Seriennummer ergänzen, um weiterzugehen.`,
    wrong_check_digit: (digits) =>
      `Die Prüfziffer von ${digits} passt nicht: Eine Ziffer ist falsch oder fehlt.`,
    unknown: 'Nicht erkannt. Packung: (01)…(21)…, Charge: GTIN und Charge, Sendung: 18 Ziffern.',
  },
  states: {
    loading: 'Wird geladen…',
    retry: 'Erneut versuchen',
    offlineTitle: 'Keine Verbindung',
    offline: 'Der Knoten ist nicht erreichbar. Lieber nichts als etwas Veraltetes wird gezeigt.',
    timeoutTitle: 'Keine Antwort in der Zeit',
    timeout: 'Der Knoten hat nicht rechtzeitig geantwortet. Er ist vielleicht ausgelastet.',
    unauthorizedTitle: 'Schlüssel nicht angenommen',
    unauthorized: 'Der Knoten nimmt diesen Schlüssel nicht mehr an. Bitte einen gültigen eingeben.',
    forbiddenTitle: 'Nicht für diesen Schlüssel',
    forbidden: 'Ihre Organisation war daran nicht beteiligt, daher wird es nicht gezeigt.',
    not_foundTitle: 'Nicht gefunden',
    not_found: 'Unter diesem Namen ist nichts bekannt, oder Ihre Organisation darf es nicht sehen.',
    refusedTitle: 'Nicht verstanden',
    refused: 'Der Knoten konnte mit dieser Anfrage nichts anfangen.',
    nodeTitle: 'Der Knoten hat ein Problem',
    node: 'Der Knoten konnte nicht antworten. Sein Betreiber findet die Ursache im Protokoll.',
    reference: (id) => `Kennung ${id}`,
    noPageTitle: 'Keine solche Seite',
    noPage: 'Diese Adresse führt nirgendwohin. Oben suchen oder zurück zur Prüfung.',
    home: 'Zur Prüfseite',
    unexpected: 'Diese Seite ist fehlgeschlagen',
  },
};
