// Server-sent events (WHATWG HTML, 9.2) read from a stream of bytes. The browser's own reader
// cannot send a header, and the key is sent in no other way. Pure.

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** Takes text as it comes, in any pieces; gives the events that are complete. */
export class EventReader {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id = '';

  feed(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    this.#rest += text;
    // A CR at the very end may be the first half of CR LF.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const done = this.#line(line);
      if (done) found.push(done);
    }
    return found;
  }

  #line(line: string): ServerEvent | null {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): ServerEvent | null {
    const [event, data] = [this.#event || 'message', this.#data];
    this.#event = '';
    this.#data = [];
    return data.length === 0 ? null : { event, data: data.join('\n'), id: this.#id };
  }
}
