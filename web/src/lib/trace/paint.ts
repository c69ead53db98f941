// The same drawing on a canvas, for traces that SVG would be slow with. Colours are those of the
// page's tokens at the moment of painting.
import { path, type Drawing } from './layout';

const FONT = '12px system-ui, sans-serif';

/** Paints a drawing; `marks` are the two lines of each mark of the axis. */
export function paint(canvas: HTMLCanvasElement, drawing: Drawing, marks: string[][]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(drawing.width * ratio);
  canvas.height = Math.round(drawing.height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  // The size on the page stays that of the drawing; the policy allows no style in markup, but
  // scripts may set one.
  canvas.style.width = `${drawing.width}px`;
  canvas.style.height = `${drawing.height}px`;
  const probe = getComputedStyle(canvas);
  const colour = (token: string) => resolved(canvas, token) || probe.color;
  context.clearRect(0, 0, drawing.width, drawing.height);
  context.font = FONT;
  grid(context, drawing, marks, colour);
  for (const line of drawing.lines) {
    context.strokeStyle = colour(line.open ? '--info' : '--accent');
    context.globalAlpha = 0.45;
    context.lineWidth = line.width;
    context.setLineDash(line.open ? [7, 5] : []);
    context.stroke(new Path2D(path(line)));
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  const fills = { here: '--good-solid', moving: '--info-solid', ended: '--mute-solid' };
  for (const bar of drawing.bars) {
    context.fillStyle = colour(bar.end === 'none' ? '--mute-soft' : fills[bar.end]);
    context.strokeStyle = colour('--line-strong');
    context.lineWidth = 1;
    context.fillRect(bar.x, bar.y, bar.width, bar.height);
    context.strokeRect(bar.x, bar.y, bar.width, bar.height);
    if (bar.end === 'ended') {
      context.fillStyle = colour('--text');
      context.fillRect(bar.x + bar.width - 3, bar.y - 3, 3, bar.height + 6);
    }
  }
  words(context, drawing, colour);
}

function grid(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  marks: string[][],
  colour: (token: string) => string,
): void {
  context.strokeStyle = colour('--line');
  context.lineWidth = 1;
  for (const lane of drawing.lanes) {
    context.beginPath();
    context.moveTo(0, lane.y);
    context.lineTo(drawing.width, lane.y);
    context.stroke();
  }
  context.textAlign = 'center';
  drawing.ticks.forEach((tick, at) => {
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(tick.x, 8);
    context.lineTo(tick.x, drawing.height - 36);
    context.stroke();
    context.fillStyle = colour('--muted');
    context.fillText(marks[at]?.[0] ?? '', tick.x, drawing.height - 22);
    context.fillText(marks[at]?.[1] ?? '', tick.x, drawing.height - 6);
  });
  context.setLineDash([]);
}

function words(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  colour: (token: string) => string,
): void {
  context.fillStyle = colour('--text');
  context.font = `600 ${FONT}`;
  context.textAlign = 'left';
  for (const lane of drawing.lanes) context.fillText(lane.title, 0, lane.y + 17);
  context.textAlign = 'center';
  context.strokeStyle = colour('--surface');
  context.lineWidth = 3;
  for (const label of drawing.labels) {
    context.strokeText(label.text, label.x, label.y);
    context.fillText(label.text, label.x, label.y);
  }
}

const known = new WeakMap<HTMLCanvasElement, { scheme: boolean; colours: Map<string, string> }>();

/** The colour a token stands for now: the browser is asked once a token and scheme. */
function resolved(canvas: HTMLCanvasElement, token: string): string {
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches;
  let kept = known.get(canvas);
  if (!kept || kept.scheme !== scheme) {
    kept = { scheme, colours: new Map() };
    known.set(canvas, kept);
  }
  const found = kept.colours.get(token);
  if (found !== undefined) return found;
  canvas.style.color = `var(${token})`;
  const colour = getComputedStyle(canvas).color;
  canvas.style.color = '';
  kept.colours.set(token, colour);
  return colour;
}
