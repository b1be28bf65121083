/**
 * Syslog over TCP (RFC 6587): the messages of a stream, one run for each read. Nothing is answered; a sender that is too fast
 * finds its connection full. Not here: connections and waiting (stream.ts), where a message ends (framing.ts).
 * Invariant: no message closes its connection.
 */
import type { Counters } from '../base/counters.ts';
import type { Intake } from '../model.ts';
import type { Conversation, Line } from './conversation.ts';
import { Splitter } from './framing.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import { startStream } from './stream.ts';

export function startTcp(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  return startStream({ name: 'tcp', transport: 'tcp', converse: syslogLines }, options, { intake, counters });
}

/** What is spoken on a connection that carries syslog and nothing else, with or without TLS. */
export function syslogLines(line: Line): Conversation {
  const { messageBytesMax, budget, counters, peer } = line;
  const splitter = new Splitter(
    {
      deliver: (bytes, spans, flags) => line.hand({ bytes, spans, flags }),
      cut: (bytes) => counters.lose('truncated-bytes', peer, bytes),
      empty: (frames) => counters.lose('empty', peer, frames),
    },
    { messageBytesMax, budget },
  );
  return {
    read: (chunk) => splitter.push(chunk),
    openFrame: () => splitter.openFrame,
    end: (broken) => splitter.end(broken),
  };
}
