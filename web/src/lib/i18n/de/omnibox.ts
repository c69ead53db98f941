// German: see en.omnibox.ts.
import type { omnibox as english } from '../en.omnibox';
import { number } from '../language.svelte';

export const omnibox: typeof english = {
  kinds: {
    product: (id) => `Produkt ${id}`,
    pack: (id) => `Packung ${id}`,
    lot: (id) => `Charge ${id}`,
    shipment: (id) => `Sendung ${id}`,
    place: (id) => `Ort oder Organisation ${id}`,
    event: (id) => `Ereignis ${id}`,
    block: (id) => `Ledger-Block ${id}`,
    device: (id) => `Gerät ${id}`,
    case: (id) => `Fall ${id}`,
    key: (id) => `API-Schlüssel ${id}`,
    document: (id) => `Erfasstes Dokument ${id}`,
  },
  open: 'Enter öffnet',
  choose: 'Enter öffnet das erste; die Pfeiltasten wählen',
  several: (n) => `Das kann eines von ${number(n)} Dingen sein.`,
  checkDigit: (digits) =>
    `Die Prüfziffer von ${digits} passt nicht: Eine Ziffer ist falsch oder fehlt.`,
  hexLength: (n) =>
    `Ein Block oder der Schlüssel eines Geräts hat 64 Hexadezimalziffern; das sind ${number(n)}.`,
  unknown:
    'Nicht erkannt. Packung: (01)…(21)…, Charge: GTIN und Charge, Sendung: 18 Ziffern. Ereignisse, Blöcke, Geräte, Fälle und Schlüssel sind an ihren Kennungen zu erkennen.',
};
