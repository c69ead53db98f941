// French: shipments shared by a link, and what was received of what was expected.
import type { share as english } from '../en.share';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'boîte' : 'boîtes'}`;

export const share: typeof english = {
  link: {
    title: 'Partager',
    lead: 'Un lien montre cet envoi à quiconque le possède, en lecture, sans clé.',
    button: 'Partager par lien',
    label: 'Pour qui (vous seul le voyez)',
    until: 'Valable',
    days: (n) => `${number(n)} ${n === 1 ? 'jour' : 'jours'}`,
    serials: 'Montrer les numéros de série et les contenants',
    cold: 'Montrer la chaîne du froid',
    make: 'Créer le lien',
    made: "Le lien n'est montré que cette fois :",
    copy: 'le lien',
    none: 'Aucun lien vers cet envoi.',
    list: 'Liens',
    state: { active: 'Actif', ended: 'Expiré', revoked: 'Retiré' },
    noLabel: 'Sans nom',
    expires: (time) => `jusqu'au ${time}`,
    used: (n, time) =>
      n === 0 ? 'jamais ouvert' : `ouvert ${number(n)} fois, la dernière le ${time}`,
    scope: (serials, cold) =>
      [
        serials ? 'avec numéros de série' : 'sans numéros de série',
        cold ? 'avec chaîne du froid' : '',
      ]
        .filter(Boolean)
        .join(', '),
    take: (name) => `Retirer le lien pour ${name}`,
    takeShort: 'Retirer',
    taken: "Retiré. Il n'ouvre plus rien.",
    failed: (why) => `Non effectué : ${why}`,
  },
  receipt: {
    lead: 'Ce que contient cet envoi, qui l’a expédié et qui l’a reçu, si tout est arrivé, et à quelle température il a voyagé.',
    title: 'Attendu et reçu',
    state: {
      packed: "Emballé ; il n'est pas parti.",
      in_transit: 'En route.',
      partly_received: 'Reçu en partie.',
      received: 'Reçu.',
    },
    sentence: (expected, received, missing, extra) =>
      `${number(expected)} attendues, ${number(received)} reçues, ${number(missing)} manquantes, ${number(extra)} inattendues`,
    expected: 'Attendues',
    received: 'Reçues',
    missing: 'Manquantes',
    unexpected: 'Inattendues',
    how: (scanned, inferred) =>
      `${number(scanned)} lues une à une, ${number(inferred)} avec leur contenant`,
    missingList: (n) => `Manquantes : ${packs(n)}`,
    extraList: (n) => `Inattendues : ${packs(n)}`,
  },
  shared: {
    lead: 'Un envoi tel que son propriétaire le montre à quiconque possède ce lien : son contenu, son trajet et si tout est arrivé.',
    title: 'Envoi partagé',
    by: (who) => `Partagé par ${who}`,
    until: (time) => `Ce lien le montre jusqu'au ${time}.`,
    noToken: "Cette adresse ne contient pas de lien. Demandez l'adresse entière à l'expéditeur.",
    noneTitle: 'Ce lien ne montre rien',
    none: "Il a expiré, a été retiré ou n'est pas complet. Demandez-en un autre à l'expéditeur.",
    goods: "Ce qu'il contient",
    product: 'Produit',
    lot: 'Lot',
    expiry: 'Péremption',
    packs: 'Boîtes',
    noSerials: 'Les numéros de série ne font pas partie de ce lien.',
    noCold: 'La chaîne du froid ne fait pas partie de ce lien.',
    cold: 'Chaîne du froid',
    journey: 'Trajet',
    contents: 'Un par un',
  },
};
