// Spanish: see en.omnibox.ts.
import type { omnibox as english } from '../en.omnibox';
import { number } from '../language.svelte';

export const omnibox: typeof english = {
  kinds: {
    product: (id) => `Producto ${id}`,
    pack: (id) => `Envase ${id}`,
    lot: (id) => `Lote ${id}`,
    shipment: (id) => `Envío ${id}`,
    place: (id) => `Lugar u organización ${id}`,
    event: (id) => `Evento ${id}`,
    block: (id) => `Bloque del registro ${id}`,
    device: (id) => `Dispositivo ${id}`,
    case: (id) => `Caso ${id}`,
    key: (id) => `Clave de API ${id}`,
    document: (id) => `Documento capturado ${id}`,
  },
  open: 'Intro lo abre',
  choose: 'Intro abre el primero; las flechas eligen',
  several: (n) => `Puede ser una de ${number(n)} cosas.`,
  checkDigit: (digits) =>
    `El dígito de control de ${digits} no encaja: un dígito es erróneo o falta.`,
  hexLength: (n) =>
    `Un bloque o la clave de un dispositivo tiene 64 dígitos hexadecimales; estos son ${number(n)}.`,
  unknown:
    'No reconocido. Envase: (01)…(21)…, lote: GTIN y lote, envío: 18 dígitos. Eventos, bloques, dispositivos, casos y claves se reconocen por su identificador.',
};
