// What each page shows before the application is there, in every language, and what it will ask the
// node. Runs when the portal is built (`scripts/shells.js`); no page loads it.
import { page } from '$app/state';
import { render } from 'svelte/server';
import { t as admin } from '../i18n/admin';
import { t as cases } from '../i18n/cases';
import { everyday as de } from '../i18n/de';
import { everyday as es } from '../i18n/es';
import { everyday as fr } from '../i18n/fr';
import { t as common } from '../i18n';
import { LANGUAGES, take, type Language } from '../i18n/language.svelte';
import { t as ledger } from '../i18n/ledger';
import { needed } from '../i18n/needed';
import { t as recall } from '../i18n/recall';
import { t as scanner } from '../i18n/scanner';
import { t as share } from '../i18n/share';
import { t as trace } from '../i18n/trace';
import type { More, Translation } from '../i18n/translation';
import Boot from './Boot.svelte';

type Blocks = ('short' | 'tall')[];
/** With what stands above the heading on pages about one thing; both may name parts of the address. */
export interface Texts {
  title: string;
  lead: string;
  eyebrow?: string;
  back?: { href: string; text: string };
  later?: boolean;
}
interface Shown {
  /** None for addresses that lead nowhere. */
  texts?: () => Texts;
  blocks: Blocks;
  /** What the page asks first: addresses as the client writes them, `{1}` a part of its own; what may
   * not be told from the address (`{2:pack}`) last. */
  first?: string[];
}

const CASES = '/api/v1/cases';
const LOT = '/api/v1/lots/{2}/{3}';
const SHIPMENT = '/api/v1/shipments/{2:shipment}';

/** By route; the others show the header and wait. */
const PAGES: Record<string, Shown> = {
  '/': { texts: () => common.verify, blocks: ['short', 'tall'] },
  '/alerts': { texts: () => cases.inbox, blocks: ['short', 'tall'], first: [CASES] },
  '/alerts/[id]': {
    texts: () => ({
      title: cases.detail.title,
      lead: cases.detail.lead,
      eyebrow: cases.detail.eyebrow('{2:rule}'),
      back: { href: '/alerts', text: cases.detail.back },
      later: true,
    }),
    blocks: ['short', 'tall'],
    first: ['/api/v1/cases/{2}'],
  },
  '/audit': { texts: () => admin.audit, blocks: ['tall'] },
  '/block/[id]': {
    texts: () => ({
      title: common.block.title('{2:block}'),
      lead: ledger.blockLead,
      eyebrow: common.block.eyebrow,
    }),
    blocks: ['tall', 'tall'],
    first: ['/api/v1/blocks/{2}'],
  },
  '/cold': {
    texts: () => cases.cold,
    blocks: ['short', 'tall'],
    first: [CASES, '/api/v1/shipments'],
  },
  '/cold/[id]': {
    texts: () => ({
      title: cases.about.shipment('{2:sscc}'),
      lead: cases.cold.reviewLead,
      eyebrow: cases.cold.title,
    }),
    blocks: ['short', 'tall', 'tall'],
    first: [CASES, SHIPMENT],
  },
  '/devices': {
    texts: () => admin.devices,
    blocks: ['tall'],
    first: ['/api/v1/devices?per_page=1000'],
  },
  '/document/[id]': { texts: () => ledger.document, blocks: ['short', 'tall', 'tall'] },
  '/event/[id]': { texts: () => ledger.event, blocks: ['short', 'tall', 'tall'] },
  '/grants': { texts: () => admin.grants, blocks: ['tall'], first: ['/api/v1/grants'] },
  '/keys': { texts: () => admin.keys, blocks: ['tall'], first: ['/api/v1/keys'] },
  '/ledger': {
    texts: () => ledger,
    blocks: ['short', 'tall'],
    first: ['/api/v1/checkpoint', '/api/v1/ledger', '/api/v1/alerts'],
  },
  '/lot/[gtin]/[lot]': {
    texts: () => ({
      title: common.lot.title('{3}'),
      lead: trace.lotLead,
      eyebrow: common.lot.eyebrow,
    }),
    blocks: ['short', 'tall', 'tall'],
    first: [`${LOT}?limit=500`],
  },
  '/lot/[gtin]/[lot]/trace': {
    texts: () => ({ title: trace.title('{3}'), lead: trace.lead, eyebrow: common.lot.eyebrow }),
    blocks: ['short', 'tall', 'tall'],
    first: [`${LOT}/trace`],
  },
  '/pack/[id]': {
    texts: () => ({
      title: common.history.title('{2:serial}'),
      lead: trace.one.lead,
      eyebrow: common.history.eyebrow,
    }),
    blocks: ['short', 'tall', 'tall'],
    first: ['/api/v1/packs/{2:pack}/history'],
  },
  '/recall': { texts: () => recall, blocks: ['short'], first: ['/api/v1/recalls'] },
  '/scanner': { texts: () => scanner, blocks: ['short', 'tall'] },
  '/search': {
    texts: () => recall.search,
    blocks: ['short', 'tall'],
    first: [CASES, '/api/v1/recalls', '/api/v1/shipments'],
  },
  '/shared': {
    texts: () => ({
      title: common.shipment.eyebrow,
      lead: share.shared.lead,
      eyebrow: share.shared.title,
    }),
    blocks: ['short', 'tall', 'tall'],
  },
  '/shipment/[id]': {
    texts: () => ({
      title: common.shipment.title('{2:sscc}'),
      lead: share.receipt.lead,
      eyebrow: common.shipment.eyebrow,
    }),
    blocks: ['short', 'tall', 'tall'],
    first: [SHIPMENT],
  },
  '/uptime': { texts: () => admin.uptime, blocks: ['short', 'tall'] },
};

const MORE = import.meta.glob<Partial<More>>(
  '../i18n/{de,fr,es}/{admin,cases,ledger,recall,scanner,share,trace}.ts',
  { eager: true },
);
const EVERYDAY = { de, es, fr };

/** What a page at `path` has of a language when it is shown. */
function texts(language: Language, path: string): Partial<Translation> {
  if (language === 'en') return {};
  const more = needed(path).map((part) => MORE[`../i18n/${language}/${part}.ts`]);
  return Object.assign({}, EVERYDAY[language], ...more) as Partial<Translation>;
}

/**
 * What a route shows, as HTML in every language, what it asks first, and the files of texts that it loads
 * in each language.
 */
export function shown(route: string): { html: string; first: string[]; files: string[] } {
  const { texts: said, blocks, first = [] } = PAGES[route] ?? { blocks: [] };
  Object.assign(page.url, { pathname: route });
  const parts = LANGUAGES.map((language) => {
    take(language, texts(language, route));
    const { body } = render(Boot, { props: { texts: said?.(), blocks } });
    // Nothing takes these nodes over, so what marks them for that is left out.
    return `<div lang="${language}">${body.replace(/<!--.*?-->/g, '')}</div>`;
  });
  return { html: parts.join(''), first, files: ['index', ...needed(route)] };
}
