// German: the trace of a lot.
import type { trace as english } from '../en.trace';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'Packung' : 'Packungen'}`;

export const trace: typeof english = {
  findings: (shown, all) =>
    `Die ${number(shown)} schwersten von ${number(all)} Befunden. Alle stehen im Alarmeingang, nach Ursache.`,
  open: 'Verfolgung: Bahnen, Karte, Behälter',
  title: (lot) => `Verfolgung der Charge ${lot}`,
  lead: 'Wer Packungen dieser Charge hielt, wo und wie lange, und auf welchen Wegen sie vom Hersteller bis zu ihrem jetzigen Ort kamen.',
  lotLead:
    'Wie viele Packungen dieser Charge hergestellt wurden, wo sie jetzt sind, wer sie hält, und was über sie befunden wurde.',
  back: 'Zur Charge',
  sum: (made, located, ended, unknown) =>
    `${made} hergestellt = ${located} mit bekanntem Besitzer + ${ended} aus der Kette + ${unknown} unbekannt`,
  whole: 'Alle Packungen der Charge.',
  part: 'Nur Packungen, die Ihre Organisation hergestellt, besessen oder bewegt hat.',
  asOfNow: 'Stand jetzt.',
  asOfTime: (time) => `Stand ${time}.`,
  filter: {
    title: 'Was gezeigt wird',
    asOf: 'Stand',
    from: 'Von',
    before: 'Vor',
    holder: 'Besitzer',
    everyone: 'Alle',
    apply: 'Zeigen',
    reset: 'Alles, Stand jetzt',
    hint: 'Eine kürzere Zeit oder ein Besitzer zeigt einen Teil feiner. Die Zeiten sind die dieses Rechners.',
  },
  lanes: 'Bahnen',
  lanesHint:
    'Die Zeit läuft nach rechts. Ein Balken ist ein Aufenthalt, eine Linie eine Bewegung, eine gestrichelte ist unterwegs. Ein Klick zeigt die Packungen; die Tabellen darunter sagen dasselbe.',
  drawing: (stays, moves, holders) =>
    `Zeichnung: ${number(stays)} Aufenthalte und ${number(moves)} Bewegungen zwischen ${number(holders)} Besitzern. Die Tabellen darunter sagen dasselbe.`,
  bucket: (length) => `Was binnen ${length} ankam, ist ein Balken.`,
  bucketAll: 'Was bei einem Besitzer ankam, ist ein Balken.',
  others: (n) => `${number(n)} weitere Besitzer`,
  nobody: 'Niemand Bekanntes',
  ends: { moving: 'Einige unterwegs', here: 'Einige noch dort', ended: 'Dort geendet' },
  endNone: 'Alle weitergegangen',
  one: {
    lead: 'Wo diese Packung hergestellt wurde, wer sie seither hielt, wie warm sie war, was gegen sie spricht, und der Beweis ihrer Aufzeichnung.',
    title: 'Wo sie war',
    hint: 'Die Zeit läuft nach rechts, jede Bahn ist ein Besitzer. Die Liste darunter sagt dasselbe.',
    drawing: (stays, holders) =>
      `Zeichnung: ${number(stays)} ${stays === 1 ? 'Aufenthalt' : 'Aufenthalte'} bei ${number(holders)} ${holders === 1 ? 'Besitzer' : 'Besitzern'}. Die Liste darunter sagt dasselbe.`,
    ends: { moving: 'Unterwegs', here: 'Noch dort', ended: 'Endete dort', none: 'Ging weiter' },
  },
  empty: 'In dieser Zeit war keine Packung dieser Charge da.',
  map: 'Karte',
  mapLoad: 'Karte zeigen',
  mapNone: 'Kein Ort dieser Besitzer hat Koordinaten in den Stammdaten.',
  mapFailed:
    'Die Grenzen für die Karte konnten nicht geladen werden; die Wege stehen darunter in Worten.',
  mapLabel: (places, ways) =>
    `Karte mit ${number(places)} Orten und ${number(ways)} Wegen dazwischen; die Liste darunter sagt dasselbe.`,
  mapWay: (n, from, to) => `${packs(n)} von ${from} nach ${to}`,
  mapPlace: (n, place) => `${packs(n)} kamen nach ${place}`,
  mapMissing: (n) =>
    n === 1
      ? 'Ein Besitzer hat keine Koordinaten und steht nicht auf der Karte.'
      : `${number(n)} Besitzer haben keine Koordinaten und stehen nicht auf der Karte.`,
  tree: 'Behälter jetzt',
  treeHint: 'Pfeiltasten bewegen und öffnen, Eingabe führt zur Seite.',
  treeUnit: (n, units) => (units > 0 ? `${packs(n)} in ${number(units)} Behältern` : packs(n)),
  treeLoose: (n) => `${packs(n)} in keinem Behälter`,
  treeMore: (n) => `${number(n)} weitere sind nicht aufgeführt`,
  treeLoading: 'Wird geladen\u2026',
  treeEmpty: 'Keine Packung dieser Charge ist jetzt in einem Behälter.',
  moves: 'Bewegungen',
  stays: 'Aufenthalte',
  columns: {
    from: 'Von',
    to: 'Nach',
    packs: 'Packungen',
    left: 'Erste ab',
    came: 'Letzte an',
    units: 'Behälter',
    steps: 'Schritte',
    holder: 'Besitzer',
    place: 'Ort',
    first: 'Erste an',
    last: 'Letzte ab oder gemeldet',
    became: 'Ging nicht weiter',
    show: 'Zeigen',
  },
  onTheWay: 'unterwegs',
  loose: (n) => `${number(n)} ohne Behälter`,
  showPacks: (what) => `Packungen: ${what}`,
  csv: 'Als CSV exportieren',
  rows: (shown, all) => `${number(shown)} von ${number(all)} Zeilen`,
  more: 'Mehr zeigen',
  list: {
    title: (what) => `Packungen: ${what}`,
    count: (shown, all) => `${number(shown)} von ${number(all)} Packungen`,
    serial: 'Seriennummer',
    status: 'Stand jetzt',
    came: 'Angekommen',
    left: 'Abgegangen oder zuletzt gemeldet',
    arrived: 'Eingetroffen',
    more: 'Mehr laden',
    close: 'Schließen',
    gone: 'Dieser Teil hat sich inzwischen geändert. Zeigen Sie die Verfolgung neu.',
  },
};
