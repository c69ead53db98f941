// Spanish: the trace of a lot.
import type { trace as english } from '../en.trace';
import { number } from '../language.svelte';

const packs = (n: number) => `${number(n)} ${n === 1 ? 'envase' : 'envases'}`;

export const trace: typeof english = {
  findings: (shown, all) =>
    `Los ${number(shown)} hallazgos más graves de ${number(all)}. Todos están en las alertas, por causa.`,
  open: 'Recorrido: carriles, mapa, contenedores',
  title: (lot) => `Recorrido del lote ${lot}`,
  lead: 'Quién tuvo envases de este lote, dónde y cuánto tiempo, y por qué caminos fueron del fabricante a donde están ahora.',
  lotLead:
    'Cuántos envases de este lote se fabricaron, dónde están ahora, quién los tiene, y qué se encontró sobre cualquiera de ellos.',
  back: 'Al lote',
  sum: (made, located, ended, unknown) =>
    `${made} fabricados = ${located} localizados + ${ended} fuera de la cadena + ${unknown} desconocidos`,
  whole: 'Todos los envases del lote.',
  part: 'Solo envases que su organización fabricó, tuvo o manipuló.',
  asOfNow: 'Estado actual.',
  asOfTime: (time) => `Estado a ${time}.`,
  filter: {
    title: 'Qué se muestra',
    asOf: 'Estado a',
    from: 'Desde',
    before: 'Antes de',
    holder: 'Poseedor',
    everyone: 'Todos',
    apply: 'Mostrar',
    reset: 'Todo, estado actual',
    hint: 'Un tiempo más corto o un solo poseedor muestra una parte con más detalle. Las horas son las de este ordenador.',
  },
  lanes: 'Carriles',
  lanesHint:
    'El tiempo va hacia la derecha. Una barra es una estancia, una línea un movimiento, una discontinua está en camino. Pulse para ver los envases; las tablas de abajo dicen lo mismo.',
  drawing: (stays, moves, holders) =>
    `Dibujo: ${number(stays)} estancias y ${number(moves)} movimientos entre ${number(holders)} poseedores. Las tablas de abajo dicen lo mismo.`,
  bucket: (length) => `Lo que llegó en ${length} es una barra.`,
  bucketAll: 'Lo que llegó a un poseedor es una barra.',
  others: (n) => `${number(n)} poseedores más`,
  nobody: 'Nadie conocido',
  ends: { moving: 'Algunos en camino', here: 'Algunos siguen allí', ended: 'Terminaron allí' },
  endNone: 'Todos siguieron',
  one: {
    lead: 'Dónde se fabricó este envase, quién lo ha tenido desde entonces, a qué temperatura, qué habla en su contra, y la prueba de su registro.',
    title: 'Dónde estuvo',
    hint: 'El tiempo avanza hacia la derecha, cada carril es un tenedor. La lista de abajo dice lo mismo.',
    drawing: (stays, holders) =>
      `Dibujo: ${number(stays)} ${stays === 1 ? 'estancia' : 'estancias'} con ${number(holders)} ${holders === 1 ? 'tenedor' : 'tenedores'}. La lista de abajo dice lo mismo.`,
    ends: { moving: 'En camino', here: 'Sigue allí', ended: 'Terminó allí', none: 'Siguió' },
  },
  empty: 'Ningún envase de este lote estuvo allí en ese tiempo.',
  map: 'Mapa',
  mapLoad: 'Mostrar el mapa',
  mapNone: 'Ningún lugar de estos poseedores tiene coordenadas en los datos maestros.',
  mapFailed: 'No se pudieron cargar las fronteras del mapa; los trayectos están abajo en palabras.',
  mapLabel: (places, ways) =>
    `Mapa con ${number(places)} lugares y ${number(ways)} trayectos; la lista de abajo dice lo mismo.`,
  mapWay: (n, from, to) => `${packs(n)} de ${from} a ${to}`,
  mapPlace: (n, place) => `${packs(n)} llegaron a ${place}`,
  mapMissing: (n) =>
    n === 1
      ? 'Un poseedor no tiene coordenadas y no está en el mapa.'
      : `${number(n)} poseedores no tienen coordenadas y no están en el mapa.`,
  tree: 'Contenedores ahora',
  treeHint: 'Las flechas mueven y abren, Intro lleva a la página.',
  treeUnit: (n, units) => (units > 0 ? `${packs(n)} en ${number(units)} contenedores` : packs(n)),
  treeLoose: (n) => `${packs(n)} sin contenedor`,
  treeMore: (n) => `${number(n)} más no se listan`,
  treeLoading: 'Cargando\u2026',
  treeEmpty: 'Ningún envase de este lote está ahora en un contenedor.',
  moves: 'Movimientos',
  stays: 'Estancias',
  columns: {
    from: 'De',
    to: 'A',
    packs: 'Envases',
    left: 'Primera salida',
    came: 'Última llegada',
    units: 'Contenedores',
    steps: 'Pasos',
    holder: 'Poseedor',
    place: 'Lugar',
    first: 'Primera llegada',
    last: 'Última salida o noticia',
    became: 'No siguieron',
    show: 'Ver',
  },
  onTheWay: 'en camino',
  loose: (n) => `${number(n)} sin contenedor`,
  showPacks: (what) => `Envases: ${what}`,
  csv: 'Exportar como CSV',
  rows: (shown, all) => `${number(shown)} de ${number(all)} filas`,
  more: 'Mostrar más',
  list: {
    title: (what) => `Envases: ${what}`,
    count: (shown, all) => `${number(shown)} de ${number(all)} envases`,
    serial: 'Número de serie',
    status: 'Estado actual',
    came: 'Llegó',
    left: 'Salió o última noticia',
    arrived: 'Alcanzó el destino',
    more: 'Cargar más',
    close: 'Cerrar',
    gone: 'Esta parte ha cambiado entretanto. Muestre de nuevo el recorrido.',
  },
};
