// English: shipments shared by a link, and what was received of what was expected.
import { number } from './language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'pack' : 'packs'}`;

export const share = {
  link: {
    title: 'Share',
    lead: 'A link shows this shipment to whoever has it, to read, without a key.',
    button: 'Share by link',
    label: 'For whom (only you see it)',
    until: 'Good for',
    days: (n: number) => `${number(n)} ${n === 1 ? 'day' : 'days'}`,
    serials: 'Show serial numbers and containers',
    cold: 'Show the cold chain',
    make: 'Make the link',
    made: 'The link is shown this once:',
    copy: 'link',
    none: 'No link to this shipment.',
    list: 'Links',
    state: { active: 'Works', ended: 'Ended', revoked: 'Taken back' } as Record<string, string>,
    noLabel: 'No name',
    expires: (time: string) => `until ${time}`,
    used: (n: number, time: string) =>
      n === 0 ? 'never opened' : `opened ${number(n)} times, last ${time}`,
    scope: (serials: boolean, cold: boolean) =>
      [serials ? 'with serial numbers' : 'without serial numbers', cold ? 'with cold chain' : '']
        .filter(Boolean)
        .join(', '),
    take: (name: string) => `Take back the link for ${name}`,
    takeShort: 'Take back',
    taken: 'Taken back. It opens nothing any more.',
    failed: (why: string) => `Not done: ${why}`,
  },
  receipt: {
    lead: 'What is in this shipment, who sent it and who received it, whether all of it arrived, and how warm it was on the way.',
    title: 'Expected and received',
    state: {
      packed: 'Packed; it has not left.',
      in_transit: 'On its way.',
      partly_received: 'Partly received.',
      received: 'Received.',
    } as Record<string, string>,
    sentence: (expected: number, received: number, missing: number, extra: number) =>
      `${number(expected)} expected, ${number(received)} received, ${number(missing)} missing, ${number(extra)} unexpected`,
    expected: 'Expected',
    received: 'Received',
    missing: 'Missing',
    unexpected: 'Unexpected',
    how: (scanned: number, inferred: number) =>
      `${number(scanned)} read one by one, ${number(inferred)} with their container`,
    missingList: (n: number) => `Missing: ${packs(n)}`,
    extraList: (n: number) => `Unexpected: ${packs(n)}`,
  },
  shared: {
    lead: 'A shipment as its owner shows it to whoever has this link: what is in it, how it travelled and whether all of it arrived.',
    title: 'Shared shipment',
    by: (who: string) => `Shared by ${who}`,
    until: (time: string) => `This link shows it until ${time}.`,
    noToken: 'This address holds no link. Ask whoever sent it for the whole address.',
    noneTitle: 'This link shows nothing',
    none: 'It has ended, was taken back, or is not complete. Ask whoever sent it for another.',
    goods: 'What is in it',
    product: 'Product',
    lot: 'Lot',
    expiry: 'Expiry',
    packs: 'Packs',
    noSerials: 'Serial numbers are not part of this link.',
    noCold: 'The cold chain is not part of this link.',
    cold: 'Cold chain',
    journey: 'Journey',
    contents: 'One by one',
  },
};
