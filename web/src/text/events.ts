/**
 * Server-Sent Events out of pieces of text that are cut anywhere. Pure; who opens the connection is api/tail.ts. Source: HTML, section 9.2.6
 * (parsing an event stream). Unlike there an event carries only the id that stands in it: ours say it each time, and a place that moves without an event
 * is a block with nothing but an id.
 */
export interface ServerEvent {
  /** `message` where the stream says nothing; '' for a block without data. */
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

export class EventReader {
  #rest = '';

  /** Events that are whole by now. */
  push(text: string): ServerEvent[] {
    let all = this.#rest + text;
    // A carriage return at the end may be half a line end.
    const held = all.endsWith('\r') ? '\r' : '';
    if (held !== '') all = all.slice(0, -1);
    if (all.includes('\r')) all = all.replace(/\r\n?/g, '\n');
    const events: ServerEvent[] = [];
    let at = 0;
    for (let end = all.indexOf('\n\n'); end >= 0; end = all.indexOf('\n\n', at)) {
      const event = eventOf(all.slice(at, end));
      if (event !== undefined) events.push(event);
      at = end + 2;
    }
    this.#rest = all.slice(at) + held;
    return events;
  }
}

function eventOf(block: string): ServerEvent | undefined {
  let event = '';
  let data: string | undefined;
  let id: string | undefined;
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0 || line === '') continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') event = value;
    else if (name === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (name === 'id') id = value;
  }
  if (data === undefined && id === undefined) return undefined;
  return { event: data === undefined ? '' : event === '' ? 'message' : event, data: data ?? '', id };
}
