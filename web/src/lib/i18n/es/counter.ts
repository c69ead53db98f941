// Spanish: the counter.
import type { counter as english } from '../en.counter';

export const counter: typeof english = {
  camera: {
    title: 'Cámara',
    picture: 'Lo que ve la cámara',
    open: 'Usar la cámara',
    opening: 'Abriendo la cámara…',
    close: 'Cerrar la cámara',
    again: 'Abrir de nuevo',
    choose: 'Cámara',
    nth: (n) => `Cámara n.º ${n}`,
    lightOn: 'Encender la luz',
    lightOff: 'Apagar la luz',
    checking: 'Comprobando…',
    nothing: 'Aún no se ha leído ningún envase con la cámara.',
    halted: 'Confirme primero el resultado rojo.',
    notLoaded:
      'No se pudo cargar el lector de la cámara. Compruebe la conexión e inténtelo de nuevo.',
    hints: {
      hold: 'Ponga el código cuadrado dentro del marco.',
      aim: 'No se ve ningún código: llene con él la mitad del marco, con buena luz.',
      closer: 'Acérquelo más.',
      steady: 'No lo mueva y evite los reflejos.',
      several: 'Hay más de un envase a la vista: muéstrelos de uno en uno.',
      other_code: 'Este código no es de un envase: muestre el cuadrado, junto al número de serie.',
    },
    stages: {
      off: {
        title: 'La cámara está apagada.',
        text: 'Se cierra en cuanto esta página no está a la vista.',
      },
      denied: {
        title: 'No se puede usar la cámara.',
        text: 'Permítala para esta dirección en el navegador (junto a la dirección o en los ajustes del sitio) y ábrala de nuevo. El lector y el teclado funcionan sin ella.',
      },
      none: {
        title: 'No se encontró ninguna cámara.',
        text: 'Conecte una y ábrala de nuevo, use un lector de mano o teclee el código.',
      },
      in_use: {
        title: 'La cámara no responde.',
        text: 'Quizá la esté usando otro programa. Ciérrelo y ábrala de nuevo.',
      },
      insecure: {
        title: 'Esta página no puede usar una cámara.',
        text: 'Los navegadores solo dan la cámara a páginas con https. Pregunte a quien opera el nodo.',
      },
      lost: {
        title: 'La cámara ya no está.',
        text: 'Se desconectó o se retiró. Conéctela y ábrala de nuevo.',
      },
      decoder: {
        title: 'No se pudo iniciar el lector de códigos.',
        text: 'Compruebe la conexión y ábrala de nuevo. El lector de mano y el teclado funcionan sin él.',
      },
      forgotten: {
        title: 'La cámara se cerró.',
        text: 'No vio ningún código durante tres minutos.',
      },
      unknown: {
        title: 'No se pudo abrir la cámara.',
        text: 'Ábrala de nuevo, use un lector de mano o teclee el código.',
      },
    },
  },
  version: {
    fresh: 'Hay lista una versión más nueva del portal.',
    reload: 'Recargar ahora',
    later: 'Más tarde',
  },
  offline: {
    expired: (date) =>
      `Según su propio código, este envase caducó el ${date}. No se preguntó al nodo.`,
    recalled: (lot, asOf) =>
      `El lote ${lot} está en la lista firmada de retiradas del ${asOf}. No se preguntó al nodo.`,
    redSteps: [
      'Ponga el envase en cuarentena; no debe entregarse a ningún paciente.',
      'Mire la respuesta del nodo cuando vuelva la conexión.',
    ],
    kept: 'Guardado en este dispositivo. Se preguntará al nodo en cuanto se le alcance.',
    late: 'Respondido más tarde, cuando se pudo alcanzar de nuevo el nodo.',
  },
  queue: {
    title: 'Hecho sin conexión',
    waiting: (n) => `${n} a la espera del nodo`,
    sending: 'Preguntando al nodo…',
    answered: (n) => `${n} con respuesta`,
    states: {
      waiting: 'Espera',
      done: 'Registrado',
      refused: 'Rechazado',
      other: 'Espera la clave con la que se hizo',
    },
    kinds: { dispense: 'Dispensar', undo: 'Deshacer la dispensación' },
    red: (n) => `${n} de estos envases no deben dispensarse.`,
    send: 'Preguntar ahora',
    putAway: 'Retirar lo respondido',
    empty: 'Vaciar la cola',
    emptyAsk: (n) =>
      `Lo que espera (${n}) nunca se preguntaría ni se registraría. ¿Vaciar la cola de todos modos?`,
    emptyYes: 'Vaciarla',
    emptyNo: 'Conservarla',
    notKept: 'Este dispositivo no pudo guardar la cola: se pierde al cerrar la pestaña.',
  },
  supply: {
    title: 'Dispensación',
    dispense: 'Registrar como dispensado',
    later: 'Registrar como dispensado cuando vuelva el nodo',
    laterHint:
      'Solo si su procedimiento escrito deja salir un envase sin comprobar. El nodo puede rechazarlo.',
    undo: 'Deshacer: no se dispensó',
    sending: 'Registrando…',
    queued: 'En la cola; se registra cuando vuelva el nodo.',
    done: 'Registrado como dispensado.',
    undone: 'Deshecho: el envase vuelve a estar en existencias.',
    refused: 'No registrado.',
    window: 'Posible durante diez días, en el mismo lugar.',
  },
  tour: {
    offer: '¿Primera vez aquí? Un recorrido de cinco pasos, cosa de un minuto.',
    start: 'Hacer el recorrido',
    decline: 'No, gracias',
    at: (n, all) => `Paso ${n} de ${all}`,
    next: 'Siguiente',
    back: 'Atrás',
    end: 'Terminar el recorrido',
    done: 'Listo',
    examples: {
      good: 'Comprobar un envase bueno de la demo',
      bad: 'Comprobar un envase copiado de la demo',
    },
    steps: [
      {
        title: 'Basta una lectura',
        text: 'Lea un envase con el lector de mano: ningún campo necesita el cursor, y la distribución del teclado y el bloqueo de mayúsculas no importan. Sin lector, use la cámara o teclee el código.',
      },
      {
        title: 'El rojo lo detiene todo',
        text: 'Una respuesta roja dice la causa y qué hacer, y detiene el lector hasta que confirme que apartó el envase.',
      },
      {
        title: 'Dos estados, una frase cada uno',
        text: 'Qué es el envase y si hay una alerta abierta sobre él se dice por separado. Su historia, su lote y una copia impresa están a un clic.',
      },
      {
        title: 'Sin conexión',
        text: 'Un envase queda entonces sin comprobar, nunca bueno; lo caducado sigue en rojo. Las lecturas se guardan en este dispositivo y se preguntan cuando vuelve el nodo.',
      },
      {
        title: 'Cómo seguir',
        text: 'El campo de arriba encuentra cualquier envase, lote o envío (Ctrl + K). En el menú están las alertas, las retiradas, la cadena de frío y el diagnóstico del lector, que dice si un lector está bien ajustado.',
      },
    ],
  },
};
