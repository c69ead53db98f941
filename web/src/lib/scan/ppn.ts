// Packs with a Pharmacy Product Number instead of a GTIN: the message of ISO/IEC 15434, format 06,
// which Data Matrix writes as macro 06, with the data identifiers of ANS MH10.8.2. As in `gs1.ts`
// the node is the authority; this chooses a page and reads the expiry date without a connection.
import { checkDigit, type Elements } from './gs1';
import { GS } from './wedge';

/** `[)>` RS `06` GS data RS EOT; scanners may leave out the envelope, or parts of it. */
const MESSAGE = /^(?:\[\)>\u001e?06\u001d?|(?=9N\d))([^\u001e\u0004]*)\u001e?\u0004?$/;
const NAMED: Record<string, string> = { RS: '\u001e', EOT: '\u0004' };
const DATA = /^(9N|8P|1T|16D|S|D)(.+)$/;

/** Its values under the application identifiers that mean the same; `null` for anything else. */
export function macro06(text: string): Elements | null {
  const plain = text.replace(/\{(RS|EOT)\}/g, (_, name: string) => NAMED[name] ?? '');
  const body = MESSAGE.exec(plain)?.[1];
  if (!body) return null;
  const found: Elements = [];
  for (const part of body.split(GS)) {
    const [, name = '', value = ''] = DATA.exec(part) ?? [];
    const element = elementOf(name, value);
    if (element) found.push(element);
  }
  return found.length > 0 ? found : null;
}

function elementOf(name: string, value: string): Elements[number] | null {
  if (name === '9N') return nationalNumber(value);
  if (name === '8P') return /^\d{8,14}$/.test(value) ? ['01', value.padStart(14, '0')] : null;
  if (name === 'D') return /^\d{6}$/.test(value) ? ['17', value] : null;
  const ai = { S: '21', '1T': '10' }[name];
  return ai && value.length <= 20 ? [ai, value] : null;
}

/** A German PPN (agency 11) holds a PZN, which is a trade item number under the prefix 4150. */
function nationalNumber(ppn: string): Elements[number] | null {
  const pzn = /^11(\d{8})\d{2}$/.exec(ppn)?.[1];
  if (!pzn) return null;
  const body = `04150${pzn}`;
  return ['01', body + checkDigit(body)];
}
