// English: the trace of a lot.
import { number } from './language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'pack' : 'packs'}`;

export const trace = {
  findings: (shown: number, all: number) =>
    `The gravest ${number(shown)} of ${number(all)} findings. All of them stand in the alert inbox, by cause.`,
  open: 'Trace: lanes, map, containers',
  title: (lot: string) => `Trace of lot ${lot}`,
  lead: 'Who held packs of this lot, where and for how long, and on which ways they moved between the maker and where they are now.',
  lotLead:
    'How many packs of this lot were made, where they are now and who holds them, and what was found about any of them.',
  back: 'To the lot',
  sum: (made: string, located: string, ended: string, unknown: string) =>
    `${made} made = ${located} located + ${ended} left the chain + ${unknown} unknown`,
  whole: 'All packs of the lot.',
  part: 'Only packs that your organisation made, held or handled.',
  asOfNow: 'As of now.',
  asOfTime: (time: string) => `As of ${time}.`,
  filter: {
    title: 'What to show',
    asOf: 'As of',
    from: 'From',
    before: 'Before',
    holder: 'Holder',
    everyone: 'Everybody',
    apply: 'Show',
    reset: 'Everything, as of now',
    hint: 'A shorter time or one holder shows a part finer. Times are those of this computer.',
  },
  lanes: 'Lanes',
  lanesHint:
    'Time runs to the right. A bar is a stay, a line a movement, a dashed line is on its way. Click one for its packs; the tables below say the same.',
  drawing: (stays: number, moves: number, holders: number) =>
    `Drawing: ${number(stays)} stays and ${number(moves)} movements between ${number(holders)} holders. The tables below say the same.`,
  bucket: (length: string) => `What came within ${length} is one bar.`,
  bucketAll: 'What came to one holder is one bar.',
  others: (n: number) => `${number(n)} further holders`,
  nobody: 'Nobody known',
  ends: { moving: 'Some on their way', here: 'Some still there', ended: 'Ended there' },
  endNone: 'All went on',
  one: {
    lead: 'Where this pack was made, who has held it since, how warm it was, what speaks against it, and the proof of its record.',
    title: 'Where it was',
    hint: 'Time runs to the right, each lane is a holder. The list below says the same.',
    drawing: (stays: number, holders: number) =>
      `Drawing: ${number(stays)} ${stays === 1 ? 'stay' : 'stays'} with ${number(holders)} ${holders === 1 ? 'holder' : 'holders'}. The list below says the same.`,
    ends: { moving: 'On its way', here: 'Still there', ended: 'Ended there', none: 'Went on' },
  },
  empty: 'No pack of this lot was there in this time.',
  map: 'Map',
  mapLoad: 'Show the map',
  mapNone: 'No place of these holders has coordinates in the master data.',
  mapFailed: 'The borders for the map could not be loaded; the ways in words are below.',
  mapLabel: (places: number, ways: number) =>
    `Map with ${number(places)} places and ${number(ways)} ways between them; the list below says the same.`,
  mapWay: (n: number, from: string, to: string) => `${packs(n)} from ${from} to ${to}`,
  mapPlace: (n: number, place: string) => `${packs(n)} came to ${place}`,
  mapMissing: (n: number) =>
    n === 1
      ? 'One holder has no coordinates and is not on the map.'
      : `${number(n)} holders have no coordinates and are not on the map.`,
  tree: 'Containers now',
  treeHint: 'Arrow keys move and open, Enter goes to the page.',
  treeUnit: (n: number, units: number) =>
    units > 0
      ? `${packs(n)} in ${number(units)} ${units === 1 ? 'container' : 'containers'}`
      : packs(n),
  treeLoose: (n: number) => `${packs(n)} in no container`,
  treeMore: (n: number) => `${number(n)} more are not listed`,
  treeLoading: 'Loading\u2026',
  treeEmpty: 'No pack of this lot is in a container now.',
  moves: 'Movements',
  stays: 'Stays',
  columns: {
    from: 'From',
    to: 'To',
    packs: 'Packs',
    left: 'First left',
    came: 'Last arrived',
    units: 'Containers',
    steps: 'Steps',
    holder: 'Holder',
    place: 'Place',
    first: 'First came',
    last: 'Last left or heard of',
    became: 'Went no further',
    show: 'Show',
  },
  onTheWay: 'on the way',
  loose: (n: number) => `${number(n)} without container`,
  showPacks: (what: string) => `Packs: ${what}`,
  csv: 'Export as CSV',
  rows: (shown: number, all: number) => `${number(shown)} of ${number(all)} rows`,
  more: 'Show more',
  list: {
    title: (what: string) => `Packs: ${what}`,
    count: (shown: number, all: number) => `${number(shown)} of ${number(all)} packs`,
    serial: 'Serial',
    status: 'Status now',
    came: 'Came',
    left: 'Left or last heard of',
    arrived: 'Arrived',
    more: 'Load more',
    close: 'Close',
    gone: 'This part has changed meanwhile. Show the trace again.',
  },
};
