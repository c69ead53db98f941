// The camera of this device as a scanner: opens it, hands frames to the decoder's worker one at a
// time, and lets go of both when it is closed, hidden or forgotten.
import type { Effort } from './decode';
import { View, type Hint } from './view';
import type { Report, Task } from './decoder';

/** Why there is no picture. */
export type Trouble =
  'denied' | 'none' | 'in_use' | 'insecure' | 'lost' | 'decoder' | 'forgotten' | 'unknown';
export type Stage = 'off' | 'opening' | 'on' | Trouble;

const STORED = 'theriac.camera';
/** Every so many frames the whole picture is looked at thoroughly; else its middle, quickly. */
const HARD_EVERY = 5;
/** A camera that showed no code for so long is closed. */
const FORGOTTEN_MS = 180_000;
const WIDTH = 1280;
const HEIGHT = 720;

export class Camera {
  stage = $state<Stage>('off');
  /** The decoder is loaded; the first codes are read from now on. */
  ready = $state(false);
  hint = $state<Hint | null>(null);
  cameras = $state.raw<{ id: string; label: string }[]>([]);
  chosen = $state('');
  /** `null` where the camera has no light. */
  torch = $state<boolean | null>(null);

  #video: HTMLVideoElement | null = null;
  #stream: MediaStream | null = null;
  #worker: Worker | null = null;
  #canvas = document.createElement('canvas');
  #view = new View(0);
  #frames = 0;
  #waiting = false;
  #turn = 0;
  #active = 0;
  readonly #tell: (text: string) => void;
  readonly #paused: () => boolean;

  /** `tell` gets each code once; while `paused` holds, nothing is looked at. */
  constructor(tell: (text: string) => void, paused: () => boolean) {
    this.#tell = tell;
    this.#paused = paused;
    this.chosen = localStorage.getItem(STORED) ?? '';
  }

  /** Opens the camera chosen last, else the one that looks away from the person. */
  async open(video: HTMLVideoElement): Promise<void> {
    const turn = ++this.#turn;
    this.#release();
    this.#video = video;
    this.stage = 'opening';
    this.hint = null;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error('insecure');
      this.#startWorker();
      const stream = await this.#ask();
      if (turn !== this.#turn) return stopAll(stream);
      this.#stream = stream;
      await this.#show(stream);
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.close(troubleOf(cause));
    }
  }

  /** Lets go of the camera and of the decoder. */
  close(why: Stage = 'off'): void {
    this.#turn += 1;
    this.#release();
    this.#worker?.terminate();
    this.#worker = null;
    this.ready = false;
    this.hint = null;
    this.torch = null;
    this.stage = why;
  }

  async choose(id: string): Promise<void> {
    this.chosen = id;
    localStorage.setItem(STORED, id);
    if (this.#video) await this.open(this.#video);
  }

  async light(on: boolean): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    try {
      await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      this.torch = on;
    } catch {
      this.torch = null;
    }
  }

  /** The camera that was chosen and no other; where it is gone, the one that looks away. */
  async #ask(): Promise<MediaStream> {
    const open = (which: MediaTrackConstraints) => {
      const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
      return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
    };
    const away = { facingMode: { ideal: 'environment' } };
    if (!this.chosen) return open(away);
    try {
      return await open({ deviceId: { exact: this.chosen } });
    } catch (cause) {
      const gone = cause instanceof Error && cause.name === 'OverconstrainedError';
      if (gone) return open(away);
      throw cause;
    }
  }

  async #show(stream: MediaStream): Promise<void> {
    const video = this.#video!;
    const track = stream.getVideoTracks()[0]!;
    track.addEventListener('ended', () => this.#stream === stream && this.close('lost'));
    video.srcObject = stream;
    await video.play();
    this.stage = 'on';
    this.#frames = 0;
    this.#active = performance.now();
    this.#view = new View(this.#active);
    const abilities = track.getCapabilities?.() as { torch?: boolean; focusMode?: string[] };
    this.torch = abilities?.torch ? false : null;
    if (abilities?.focusMode?.includes('continuous')) {
      const focus = { focusMode: 'continuous' } as MediaTrackConstraintSet;
      track.applyConstraints({ advanced: [focus] }).catch(() => {});
    }
    await this.#list(track);
    this.#next();
  }

  async #list(track: MediaStreamTrack): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    this.cameras = all
      .filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.chosen = track.getSettings().deviceId ?? this.chosen;
  }

  #startWorker(): void {
    if (this.#worker) return;
    const worker = new Worker(new URL('./decoder.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Report>) => this.#heard(data));
    worker.addEventListener('error', () => this.close('decoder'));
    this.#worker = worker;
    this.#waiting = false;
  }

  #heard(report: Report): void {
    if (report.kind === 'ready') this.ready = true;
    else if (report.kind === 'failed') this.close('decoder');
    else this.#saw(report);
  }

  #saw(sight: Extract<Report, { kind: 'seen' }>): void {
    this.#waiting = false;
    const now = performance.now();
    if (this.stage !== 'on') return;
    if (this.#paused()) return this.#view.keep(now);
    const { scan, hint } = this.#view.look(sight, now);
    this.hint = hint;
    if (sight.codes.length > 0) this.#active = now;
    if (scan !== null) this.#tell(scan);
    if (now - this.#active > FORGOTTEN_MS) this.close('forgotten');
  }

  #next(): void {
    const video = this.#video;
    const turn = this.#turn;
    if (!video || this.stage !== 'on') return;
    const again = () => {
      if (turn !== this.#turn) return;
      this.#look(video);
      this.#next();
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  #look(video: HTMLVideoElement): void {
    if (this.#paused()) {
      this.#active = performance.now();
      this.#view.keep(this.#active);
      this.hint = null;
      return;
    }
    if (this.#waiting || !this.ready || video.videoWidth === 0) return;
    const effort: Effort = ++this.#frames % HARD_EVERY === 0 ? 'hard' : 'fast';
    const task = this.#grab(video, effort);
    this.#waiting = true;
    this.#worker?.postMessage(task, [task.data.buffer]);
  }

  /** The middle square for a quick look, the whole picture for a thorough one. */
  #grab(video: HTMLVideoElement, effort: Effort): Task {
    const { videoWidth, videoHeight } = video;
    const side = Math.min(videoWidth, videoHeight);
    const [width, height] = effort === 'fast' ? [side, side] : [videoWidth, videoHeight];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const pen = this.#canvas.getContext('2d', { willReadFrequently: true })!;
    const [left, top] = [(videoWidth - width) / 2, (videoHeight - height) / 2];
    pen.drawImage(video, left, top, width, height, 0, 0, width, height);
    const { data } = pen.getImageData(0, 0, width, height);
    return { width, height, data, effort };
  }

  #release(): void {
    if (this.#stream) stopAll(this.#stream);
    this.#stream = null;
    if (this.#video) this.#video.srcObject = null;
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function troubleOf(cause: unknown): Trouble {
  const name = cause instanceof Error ? cause.name : '';
  if (cause instanceof Error && cause.message === 'insecure') return 'insecure';
  const known: Record<string, Trouble> = {
    NotAllowedError: 'denied',
    SecurityError: 'denied',
    NotFoundError: 'none',
    OverconstrainedError: 'none',
    NotReadableError: 'in_use',
    AbortError: 'in_use',
  };
  return known[name] ?? 'unknown';
}
