// A short tone with each verdict, for people who look at the pack and not at the screen. Made by
// the browser; nothing is loaded.
import type { Face } from './verdict';

const TONES: Record<Face['tone'], [hertz: number, at: number, seconds: number][]> = {
  good: [[880, 0, 0.09]],
  info: [[660, 0, 0.09]],
  warn: [
    [520, 0, 0.12],
    [520, 0.18, 0.12],
  ],
  bad: [
    [220, 0, 0.22],
    [180, 0.26, 0.22],
    [220, 0.52, 0.3],
  ],
  mute: [[330, 0, 0.15]],
};

let context: AudioContext | null = null;

export function play(tone: Face['tone']): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  for (const [hertz, at, seconds] of TONES[tone]) {
    const start = context.currentTime + at;
    const source = context.createOscillator();
    const volume = context.createGain();
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.18, start + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
    source.connect(volume).connect(context.destination);
    source.start(start);
    source.stop(start + seconds);
  }
}
