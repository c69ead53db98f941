// The map of a trace: countries from bundled geometry (Natural Earth, 1:110 million), a circle for
// each place, a line for each way between two places. No tile and no other host is asked.
import { geoGraticule10, geoMercator, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { LotTrace, TraceLane } from '../api/types';

/** The bundled geometry. */
export type Atlas = Topology<{ countries: GeometryCollection }>;

export interface MapPlace {
  lane: number;
  x: number;
  y: number;
  radius: number;
  packs: number;
}

export interface MapWay {
  from: number;
  to: number;
  packs: number;
  d: string;
  width: number;
}

export interface MapDrawing {
  width: number;
  height: number;
  countries: string[];
  grid: string;
  places: MapPlace[];
  ways: MapWay[];
  /** Holders without coordinates. */
  missing: number;
}

/** Least width of what is shown, degrees: a single place is shown in its surroundings. */
const SPAN_MIN = 9;

type Point = [number, number];
const pointOf = (lane: TraceLane): Point | null =>
  lane.longitude == null || lane.latitude == null ? null : [lane.longitude, lane.latitude];

/** Packs between two lanes, all nodes of each together; what is on its way included. */
export function ways(trace: LotTrace): { from: number; to: number; packs: number }[] {
  const found = new Map<string, { from: number; to: number; packs: number }>();
  for (const edge of trace.edges) {
    const from = trace.nodes[edge.from]!.lane;
    const to = edge.to_lane;
    if (to == null || to === from) continue;
    const key = `${from} ${to}`;
    const way = found.get(key) ?? { from, to, packs: 0 };
    way.packs += edge.packs;
    found.set(key, way);
  }
  return [...found.values()].sort((a, b) => b.packs - a.packs);
}

/** Draws the map; `null` where no place has coordinates. */
export function drawMap(trace: LotTrace, width: number, atlas: Atlas): MapDrawing | null {
  const points = trace.lanes.map(pointOf);
  const known = points.filter((point): point is Point => point !== null);
  if (known.length === 0) return null;
  const height = Math.round(Math.min(Math.max(width * 0.6, 260), 520));
  const projection = geoMercator().fitExtent(
    [
      [40, 30],
      [width - 40, height - 30],
    ],
    { type: 'MultiPoint', coordinates: corners(known) },
  );
  projection.clipExtent([
    [0, 0],
    [width, height],
  ]);
  const draw = geoPath(projection).digits(1);
  const path = (shape: GeoPermissibleObjects) => draw(shape) ?? '';
  const { features } = feature(atlas, atlas.objects.countries);
  const between = ways(trace).filter(({ from, to }) => points[from] && points[to]);
  const most = Math.max(1, ...between.map(({ packs }) => packs));
  const mostHeld = Math.max(1, ...trace.lanes.map(({ packs }) => packs));
  return {
    width,
    height,
    countries: features.map(path).filter((d) => d !== ''),
    grid: path(geoGraticule10()),
    places: points.flatMap((point, lane) => {
      const at = point && projection(point);
      if (!at) return [];
      const { packs } = trace.lanes[lane]!;
      const radius = 4 + 7 * (Math.log1p(packs) / Math.log1p(mostHeld));
      return [{ lane, x: at[0], y: at[1], radius, packs }];
    }),
    ways: between.map(({ from, to, packs }) => ({
      from,
      to,
      packs,
      // Between two points of a line lies the great circle: the projection bends it.
      d: path({ type: 'LineString', coordinates: [points[from]!, points[to]!] }),
      width: 1.5 + 4 * (Math.log1p(packs) / Math.log1p(most)),
    })),
    missing: points.filter((point) => point === null).length,
  };
}

/** The corners of what is shown. */
function corners(points: Point[]): Point[] {
  const side = (at: 0 | 1, limit: number): Point => {
    const all = points.map((point) => point[at]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const more = Math.max(0, (SPAN_MIN * (at === 0 ? 1.4 : 0.7) - (high - low)) / 2);
    return [Math.max(low - more, -limit), Math.min(high + more, limit)];
  };
  const [west, east] = side(0, 179.9);
  const [south, north] = side(1, 84);
  return [
    [west, south],
    [east, north],
  ];
}
