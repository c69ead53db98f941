// Spanish: shipments shared by a link, and what was received of what was expected.
import type { share as english } from '../en.share';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'envase' : 'envases'}`;

export const share: typeof english = {
  link: {
    title: 'Compartir',
    lead: 'Un enlace muestra este envío a quien lo tenga, para leer, sin clave.',
    button: 'Compartir por enlace',
    label: 'Para quién (solo usted lo ve)',
    until: 'Válido',
    days: (n) => `${number(n)} ${n === 1 ? 'día' : 'días'}`,
    serials: 'Mostrar números de serie y contenedores',
    cold: 'Mostrar la cadena de frío',
    make: 'Crear el enlace',
    made: 'El enlace se muestra solo esta vez:',
    copy: 'el enlace',
    none: 'Ningún enlace a este envío.',
    list: 'Enlaces',
    state: { active: 'Funciona', ended: 'Caducado', revoked: 'Retirado' },
    noLabel: 'Sin nombre',
    expires: (time) => `hasta ${time}`,
    used: (n, time) =>
      n === 0 ? 'nunca abierto' : `abierto ${number(n)} veces, la última ${time}`,
    scope: (serials, cold) =>
      [serials ? 'con números de serie' : 'sin números de serie', cold ? 'con cadena de frío' : '']
        .filter(Boolean)
        .join(', '),
    take: (name) => `Retirar el enlace para ${name}`,
    takeShort: 'Retirar',
    taken: 'Retirado. Ya no abre nada.',
    failed: (why) => `No se hizo: ${why}`,
  },
  receipt: {
    lead: 'Qué contiene este envío, quién lo mandó y quién lo recibió, si llegó todo, y a qué temperatura viajó.',
    title: 'Esperado y recibido',
    state: {
      packed: 'Empaquetado; no ha salido.',
      in_transit: 'En camino.',
      partly_received: 'Recibido en parte.',
      received: 'Recibido.',
    },
    sentence: (expected, received, missing, extra) =>
      `${number(expected)} esperados, ${number(received)} recibidos, ${number(missing)} faltan, ${number(extra)} inesperados`,
    expected: 'Esperados',
    received: 'Recibidos',
    missing: 'Faltan',
    unexpected: 'Inesperados',
    how: (scanned, inferred) =>
      `${number(scanned)} leídos uno a uno, ${number(inferred)} con su contenedor`,
    missingList: (n) => `Faltan: ${packs(n)}`,
    extraList: (n) => `Inesperados: ${packs(n)}`,
  },
  shared: {
    lead: 'Un envío tal como su dueño lo muestra a quien tenga este enlace: qué contiene, cómo viajó y si llegó todo.',
    title: 'Envío compartido',
    by: (who) => `Compartido por ${who}`,
    until: (time) => `Este enlace lo muestra hasta ${time}.`,
    noToken: 'Esta dirección no contiene un enlace. Pida la dirección entera a quien la envió.',
    noneTitle: 'Este enlace no muestra nada',
    none: 'Ha caducado, fue retirado o no está completo. Pida otro a quien lo envió.',
    goods: 'Qué contiene',
    product: 'Producto',
    lot: 'Lote',
    expiry: 'Caducidad',
    packs: 'Envases',
    noSerials: 'Los números de serie no forman parte de este enlace.',
    noCold: 'La cadena de frío no forma parte de este enlace.',
    cold: 'Cadena de frío',
    journey: 'Trayecto',
    contents: 'Uno a uno',
  },
};
