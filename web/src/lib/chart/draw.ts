// Draws a cold chain with uPlot: the allowed band, its limits, the readings, times outside in
// red, times without readings hatched. Colours come from the page's tokens.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { nextTask } from '../task';
import { formatCelsius } from '../temperature';
import { formatAxis, formatClock, zoneName, type Zone } from '../time';
import { rangeOf, type Series, type Span } from './series';

export interface Look {
  low: number | null;
  high: number | null;
  zone: Zone;
  labels: { time: string; temperature: string };
}

interface Palette {
  line: string[];
  band: string;
  limit: string;
  excursion: string;
  gap: string;
  grid: string;
  text: string;
  font: string;
}

/**
 * Draws into `target` what `shown` gives; the chart can be resized, reset and destroyed, and `show`
 * puts other readings of the same loggers into it. It is built in one task and painted in the next.
 */
export async function draw(target: HTMLElement, shown: () => Series, look: Look): Promise<uPlot> {
  const series = shown();
  const palette = paletteOf(target);
  const height = () => (target.clientWidth < 520 ? 240 : 320);
  const clock = (seconds: number) => formatClock(seconds * 1000, look.zone);
  const hours = (ticks: number[]) =>
    formatAxis(
      ticks.map((seconds) => seconds * 1000),
      look.zone,
    );
  const zone = zoneName((series.times[0] ?? 0) * 1000, look.zone);
  const options: uPlot.Options = {
    width: Math.max(target.clientWidth, 200),
    height: height(),
    // Times are shown in the chosen zone by shifting the axis, not the data.
    tzDate: (seconds) => zoned(seconds, look.zone),
    cursor: { drag: { x: true, y: false }, points: { size: 8 } },
    legend: { live: true },
    scales: { x: { time: true }, y: { range: () => rangeOf(shown(), look.low, look.high) } },
    axes: [
      { ...axis(palette), values: (_, ticks) => hours(ticks), space: 64 },
      { ...axis(palette), values: (_, ticks) => ticks.map(degrees), size: 56 },
    ],
    series: [
      {
        label: `${look.labels.time}, ${zone}`,
        value: (_, at) => (at == null ? '\u2013' : clock(at)),
      },
      ...series.devices.map((device, index) => ({
        label: device === '' ? look.labels.temperature : shortName(device),
        stroke: palette.line[index % palette.line.length],
        width: 2,
        spanGaps: false,
        points: { show: series.times.length < 60, size: 5 },
        value: (_: uPlot, celsius: number | null) => formatCelsius(celsius),
      })),
    ],
    hooks: {
      drawClear: [(plot) => background(plot, shown(), look, palette)],
      drawAxes: [(plot) => limits(plot, look, palette)],
    },
  };
  let begin = () => {};
  const chart = new uPlot(options, dataOf(series), (_, init) => (begin = () => init()));
  await nextTask();
  target.append(chart.root);
  begin();
  if (shown() !== series) show(chart, shown(), true);
  return chart;
}

const dataOf = (series: Series) => [series.times, ...series.columns] as uPlot.AlignedData;

/** Shows `series` in the time that is looked at, or, with `whole`, in all of its own. */
export function show(chart: uPlot, series: Series, whole: boolean): void {
  chart.setData(dataOf(series), false);
  const [min, max] = [series.times[0], series.times.at(-1)];
  if (whole && min !== undefined && max !== undefined) chart.setScale('x', { min, max });
  else chart.redraw();
}

function background(plot: uPlot, series: Series, look: Look, palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  const top = look.high === null ? bbox.top : plot.valToPos(look.high, 'y', true);
  const bottom = look.low === null ? bbox.top + bbox.height : plot.valToPos(look.low, 'y', true);
  if (look.high !== null || look.low !== null) {
    ctx.fillStyle = palette.band;
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.fillStyle = palette.excursion;
  for (const span of series.excursions) fillSpan(plot, span);
  const hatch = hatching(ctx, palette.gap);
  if (hatch) ctx.fillStyle = hatch;
  for (const span of series.gaps) fillSpan(plot, span);
  ctx.restore();
}

function limits(plot: uPlot, look: Look, palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  ctx.strokeStyle = palette.limit;
  ctx.fillStyle = palette.limit;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const limit of [look.low, look.high]) {
    if (limit === null) continue;
    const y = Math.round(plot.valToPos(limit, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function clip(plot: uPlot): void {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.beginPath();
  plot.ctx.rect(left, top, width, height);
  plot.ctx.clip();
}

function fillSpan(plot: uPlot, { from, to }: Span): void {
  const left = plot.valToPos(from / 1000, 'x', true);
  const right = plot.valToPos(to / 1000, 'x', true);
  plot.ctx.fillRect(left, plot.bbox.top, Math.max(right - left, 2), plot.bbox.height);
}

function hatching(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const size = 10 * devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat');
}

function axis(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.text,
    font: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 6 },
  };
}

const degrees = (value: number) => `${value < 0 ? '\u2212' : ''}${Math.abs(value)}\u00a0\u00b0C`;
/** The last part of a device's address is what is printed on it. */
const shortName = (device: string) => device.replace(/^.*[/:]/, '') || device;

/** A date whose local fields read as the wall clock of `zone`. */
function zoned(seconds: number, zone: Zone): Date {
  if (zone.kind === 'here') return new Date(seconds * 1000);
  const text = formatInstant(seconds * 1000, zone);
  return new Date(text);
}

function formatInstant(ms: number, zone: Zone): string {
  const sign = zone.kind === 'offset' && zone.offset.startsWith('-') ? -1 : 1;
  const [hours = 0, minutes = 0] =
    zone.kind === 'offset' ? zone.offset.slice(1).split(':').map(Number) : [0, 0];
  const shift = zone.kind === 'offset' && zone.offset !== 'Z' ? sign * (hours * 60 + minutes) : 0;
  return new Date(ms + shift * 60_000).toISOString().slice(0, 23);
}

/** The page's colours as the canvas needs them: resolved for the theme in force. */
function paletteOf(target: HTMLElement): Palette {
  const probe = document.createElement('span');
  target.append(probe);
  const resolve = (token: string, alpha = 1) => {
    probe.style.color = `var(${token})`;
    const [r = '0', g = '0', b = '0'] = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  };
  const palette = {
    line: ['--accent', '--info', '--warn', '--mute'].map((token) => resolve(token)),
    band: resolve('--good-solid', 0.1),
    limit: resolve('--good'),
    excursion: resolve('--bad', 0.2),
    gap: resolve('--muted', 0.55),
    grid: resolve('--line'),
    text: resolve('--muted'),
    font: `12px ${getComputedStyle(target).fontFamily}`,
  };
  probe.remove();
  return palette;
}
