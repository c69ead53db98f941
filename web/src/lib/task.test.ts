// The parts of a page come one after the other, in the order in which they stand, whichever of them
// brings further parts.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('document', { hidden: false });
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('gives every part a task, and those of a part before the next', async () => {
  const { inTurn } = await import('./task');
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const done: string[] = [];
  const tasks = new Set<number>();
  const part = (name: string, inside = () => {}) =>
    inTurn(() => {
      done.push(name);
      tasks.add(timers.mock.calls.length);
      // As a component does that is mounted after what it stands in.
      queueMicrotask(inside);
    });
  part('chain', () => {
    part('chart');
    part('table');
  });
  part('contents');
  expect(done).toEqual([]);
  await vi.runAllTimersAsync();
  expect(done).toEqual(['chain', 'chart', 'table', 'contents']);
  expect(tasks.size).toBe(done.length);
  part('more');
  await vi.runAllTimersAsync();
  expect(done.at(-1)).toBe('more');
});

it('leaves out what was taken back', async () => {
  const { inTurn } = await import('./task');
  const done: string[] = [];
  const first = inTurn(() => done.push('first'));
  inTurn(() => done.push('second'));
  first();
  inTurn(() => done.push('third'));
  await vi.runAllTimersAsync();
  first();
  expect(done).toEqual(['second', 'third']);
});

it('goes on after what fails, and reports it', async () => {
  const { inTurn } = await import('./task');
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  const fault = new Error('no such chart');
  const done: string[] = [];
  inTurn(() => {
    throw fault;
  });
  inTurn(() => done.push('second'));
  await vi.runAllTimersAsync();
  expect(done).toEqual(['second']);
  expect(reported.mock.calls).toEqual([[fault]]);
});

it('makes a field for text one for a time when its turn comes', async () => {
  const { inTurn, ofTime } = await import('./task');
  const done: string[] = [];
  const field = { type: 'text', value: '2026-11-30T08:15' } as HTMLInputElement;
  inTurn(() => done.push(field.type));
  ofTime(field);
  const left = { type: 'text' } as HTMLInputElement;
  ofTime(left)();
  inTurn(() => done.push(field.type));
  await vi.runAllTimersAsync();
  expect(done).toEqual(['text', 'datetime-local']);
  expect(left.type).toBe('text');
});
