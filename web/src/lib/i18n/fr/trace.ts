// French: the trace of a lot.
import type { trace as english } from '../en.trace';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'boîte' : 'boîtes'}`;

export const trace: typeof english = {
  findings: (shown, all) =>
    `Les ${number(shown)} constats les plus graves sur ${number(all)}. Tous sont dans les alertes, par cause.`,
  open: 'Parcours : couloirs, carte, contenants',
  title: (lot) => `Parcours du lot ${lot}`,
  lead: 'Qui a détenu des boîtes de ce lot, où et combien de temps, et par quels chemins elles sont allées du fabricant à leur lieu actuel.',
  lotLead:
    'Combien de boîtes de ce lot ont été fabriquées, où elles sont à présent, qui les détient, et ce qui a été constaté à leur sujet.',
  back: 'Vers le lot',
  sum: (made, located, ended, unknown) =>
    `${made} fabriquées = ${located} localisées + ${ended} sorties de la chaîne + ${unknown} inconnues`,
  whole: 'Toutes les boîtes du lot.',
  part: 'Seulement les boîtes que votre organisation a fabriquées, détenues ou manipulées.',
  asOfNow: 'État actuel.',
  asOfTime: (time) => `État au ${time}.`,
  filter: {
    title: 'Ce qui est montré',
    asOf: 'État au',
    from: 'De',
    before: 'Avant',
    holder: 'Détenteur',
    everyone: 'Tous',
    apply: 'Montrer',
    reset: 'Tout, état actuel',
    hint: 'Une période plus courte ou un seul détenteur montre une partie plus finement. Les heures sont celles de cet ordinateur.',
  },
  lanes: 'Couloirs',
  lanesHint:
    'Le temps va vers la droite. Une barre est un séjour, un trait un mouvement, un trait tireté est en route. Cliquez pour voir les boîtes ; les tableaux ci-dessous disent la même chose.',
  drawing: (stays, moves, holders) =>
    `Dessin : ${number(stays)} séjours et ${number(moves)} mouvements entre ${number(holders)} détenteurs. Les tableaux ci-dessous disent la même chose.`,
  bucket: (length) => `Ce qui est arrivé en ${length} forme une barre.`,
  bucketAll: 'Ce qui est arrivé chez un détenteur forme une barre.',
  others: (n) => `${number(n)} autres détenteurs`,
  nobody: 'Personne de connu',
  ends: { moving: 'En partie en route', here: 'En partie encore là', ended: 'Fin ici' },
  endNone: 'Toutes reparties',
  one: {
    lead: 'Où cette boîte a été fabriquée, qui l’a détenue depuis, à quelle température, ce qui parle contre elle, et la preuve de son enregistrement.',
    title: 'Où elle était',
    hint: 'Le temps va vers la droite, chaque ligne est un détenteur. La liste ci-dessous dit la même chose.',
    drawing: (stays, holders) =>
      `Dessin : ${number(stays)} ${stays === 1 ? 'séjour' : 'séjours'} chez ${number(holders)} ${holders === 1 ? 'détenteur' : 'détenteurs'}. La liste ci-dessous dit la même chose.`,
    ends: { moving: 'En route', here: 'Encore là', ended: 'Fini là', none: 'Repartie' },
  },
  empty: "Aucune boîte de ce lot n'était là pendant ce temps.",
  map: 'Carte',
  mapLoad: 'Montrer la carte',
  mapNone: "Aucun lieu de ces détenteurs n'a de coordonnées dans les données de base.",
  mapFailed:
    "Les frontières de la carte n'ont pas pu être chargées ; les trajets sont ci-dessous en mots.",
  mapLabel: (places, ways) =>
    `Carte avec ${number(places)} lieux et ${number(ways)} trajets ; la liste ci-dessous dit la même chose.`,
  mapWay: (n, from, to) => `${packs(n)} de ${from} à ${to}`,
  mapPlace: (n, place) => `${packs(n)} arrivées à ${place}`,
  mapMissing: (n) =>
    n === 1
      ? "Un détenteur n'a pas de coordonnées et n'est pas sur la carte."
      : `${number(n)} détenteurs n'ont pas de coordonnées et ne sont pas sur la carte.`,
  tree: 'Contenants actuels',
  treeHint: 'Les flèches déplacent et ouvrent, Entrée mène à la page.',
  treeUnit: (n, units) => (units > 0 ? `${packs(n)} dans ${number(units)} contenants` : packs(n)),
  treeLoose: (n) => `${packs(n)} hors contenant`,
  treeMore: (n) => `${number(n)} de plus ne sont pas listés`,
  treeLoading: 'Chargement\u2026',
  treeEmpty: "Aucune boîte de ce lot n'est dans un contenant.",
  moves: 'Mouvements',
  stays: 'Séjours',
  columns: {
    from: 'De',
    to: 'À',
    packs: 'Boîtes',
    left: 'Premier départ',
    came: 'Dernière arrivée',
    units: 'Contenants',
    steps: 'Étapes',
    holder: 'Détenteur',
    place: 'Lieu',
    first: 'Première arrivée',
    last: 'Dernier départ ou signe',
    became: 'Pas reparties',
    show: 'Voir',
  },
  onTheWay: 'en route',
  loose: (n) => `${number(n)} hors contenant`,
  showPacks: (what) => `Boîtes : ${what}`,
  csv: 'Exporter en CSV',
  rows: (shown, all) => `${number(shown)} sur ${number(all)} lignes`,
  more: 'Montrer plus',
  list: {
    title: (what) => `Boîtes : ${what}`,
    count: (shown, all) => `${number(shown)} sur ${number(all)} boîtes`,
    serial: 'Numéro de série',
    status: 'Statut actuel',
    came: 'Arrivée',
    left: 'Départ ou dernier signe',
    arrived: 'Parvenue',
    more: 'Charger plus',
    close: 'Fermer',
    gone: 'Cette partie a changé entre-temps. Montrez de nouveau le parcours.',
  },
};
