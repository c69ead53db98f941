import { describe, expect, it } from 'vitest';
import { EventReader } from './sse';

const read = (...pieces: string[]) => {
  const reader = new EventReader();
  return pieces.flatMap((piece) => reader.feed(piece));
};

describe('server-sent events', () => {
  it('are read whole, wherever the bytes were cut', () => {
    const text = 'event: alert\nid: 7\ndata: {"a":1}\n\n: quiet\n\ndata: x\ndata: y\n\n';
    const expected = [
      { event: 'alert', data: '{"a":1}', id: '7' },
      { event: 'message', data: 'x\ny', id: '7' },
    ];
    expect(read(text)).toEqual(expected);
    expect(read(...text)).toEqual(expected);
    expect(read(...text.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('that are not finished are not told', () => {
    expect(read('event: alert\ndata: 1\n')).toEqual([]);
    expect(read('event: alert\n\n')).toEqual([]);
  });
});
