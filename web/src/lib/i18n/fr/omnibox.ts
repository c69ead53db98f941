// French: see en.omnibox.ts.
import type { omnibox as english } from '../en.omnibox';
import { number } from '../language.svelte';

export const omnibox: typeof english = {
  kinds: {
    product: (id) => `Produit ${id}`,
    pack: (id) => `Boîte ${id}`,
    lot: (id) => `Lot ${id}`,
    shipment: (id) => `Envoi ${id}`,
    place: (id) => `Lieu ou organisation ${id}`,
    event: (id) => `Événement ${id}`,
    block: (id) => `Bloc du registre ${id}`,
    device: (id) => `Appareil ${id}`,
    case: (id) => `Dossier ${id}`,
    key: (id) => `Clé API ${id}`,
    document: (id) => `Document saisi ${id}`,
  },
  open: 'Entrée pour ouvrir',
  choose: 'Entrée ouvre le premier ; les flèches choisissent',
  several: (n) => `Il peut s’agir de ${number(n)} choses différentes.`,
  checkDigit: (digits) =>
    `Le chiffre de contrôle de ${digits} ne convient pas : un chiffre est faux ou manque.`,
  hexLength: (n) =>
    `Un bloc ou la clé d’un appareil a 64 chiffres hexadécimaux ; il y en a ${number(n)}.`,
  unknown:
    'Non reconnu. Boîte : (01)…(21)…, lot : GTIN et lot, envoi : 18 chiffres. Événements, blocs, appareils, dossiers et clés se reconnaissent à leur identifiant.',
};
