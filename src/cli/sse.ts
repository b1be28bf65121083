/**
 * Server-Sent Events from lines (WHATWG HTML section 9.2.6), as far as our server speaks them. A block with
 * an id and no data moves the place to resume from and says nothing else.
 */
export interface ServerEvent {
  /** What to send as `Last-Event-ID`; undefined until the first. */
  readonly id: string | undefined;
  /** `message` where the server names none; undefined when the block has no data. */
  readonly event: string | undefined;
  readonly data: string;
}

/** One event per block that ended with an empty line; half a block at the end is dropped, as the standard says. */
export async function* eventsOf(lines: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  for await (const whole of lines) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (line === '') {
      yield { id, event: data.length === 0 ? undefined : event || 'message', data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'id') id = value;
    else if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
  }
}
