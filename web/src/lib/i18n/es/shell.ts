// Spanish: the texts every page needs.
import type { shell as english } from '../en.shell';

export const shell: typeof english = {
  product: 'Theriac',
  skip: 'Ir al contenido',
  dash: '–',
  header: {
    home: 'Theriac, a la página de verificación',
    nav: 'Navegación principal',
    verify: 'Verificar',
    menu: 'Menú',
    key: 'Conectar',
    account: (name) => `Cuenta: ${name}`,
    online: 'Conectado',
    offline: 'Sin conexión',
    theme: 'Apariencia',
  },
  omnibox: {
    label: 'Buscar un envase, lote o envío',
    placeholder: 'Envase, lote o envío',
    go: 'Ir',
    kinds: {
      pack: (gtin, serial) => `Envase ${serial} del GTIN ${gtin}`,
      lot: (gtin, lot) => `Lote ${lot} del GTIN ${gtin}`,
      shipment: (sscc) => `Envío ${sscc}`,
      block: (id) => `Bloque del registro ${id.slice(0, 12)}…`,
    },
    open: 'Intro lo abre',
    product: (gtin) =>
      `GTIN ${gtin}: añada un lote («${gtin} LOTE») o un número de serie para seguir.`,
    wrong_check_digit: (digits) =>
      `El dígito de control de ${digits} no encaja: un dígito es erróneo o falta.`,
    unknown: 'No reconocido. Envase: (01)…(21)…, lote: GTIN y lote, envío: 18 dígitos.',
  },
  states: {
    loading: 'Cargando…',
    retry: 'Reintentar',
    offlineTitle: 'Sin conexión',
    offline: 'No se alcanza el nodo. No se muestra nada antes que algo antiguo.',
    timeoutTitle: 'Sin respuesta a tiempo',
    timeout: 'El nodo no respondió a tiempo. Quizá esté ocupado.',
    unauthorizedTitle: 'Clave no aceptada',
    unauthorized: 'El nodo ya no acepta esta clave. Introduzca una válida.',
    forbiddenTitle: 'No para esta clave',
    forbidden: 'Su organización no participó en esto, por eso no se muestra.',
    not_foundTitle: 'No encontrado',
    not_found: 'No se conoce nada con este nombre, o su organización no puede verlo.',
    refusedTitle: 'No entendido',
    refused: 'El nodo no pudo usar esta petición.',
    nodeTitle: 'El nodo tiene un problema',
    node: 'El nodo no pudo responder. Su operador encontrará la causa en el registro.',
    reference: (id) => `Referencia ${id}`,
    noPageTitle: 'No existe esa página',
    noPage: 'Esta dirección no lleva a nada. Busque arriba o vuelva a verificar.',
    home: 'A la página de verificación',
    unexpected: 'Esta página falló',
  },
};
