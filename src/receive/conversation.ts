/**
 * What is spoken on one connection, as the listener sees it (stream.ts), and the connection as those who speak see it (tcp.ts,
 * relp.ts). Types only.
 */
import type { Counters } from '../base/counters.ts';
import type { MessageFlag, Transport } from '../model.ts';
import type { CarryBudget } from './framing.ts';

/** Messages that a conversation has found in what it read. */
export interface Found {
  readonly bytes: Uint8Array;
  readonly spans: number[];
  readonly flags?: ReadonlyMap<number, MessageFlag> | undefined;
  /** All are on disk. */
  readonly stored?: () => void;
  /** They could not be stored; the sender has them still. Absent: then they are lost, and counted. */
  readonly refused?: (error: unknown) => void;
}

/** The connection as its conversation sees it. */
export interface Line {
  readonly peer: string;
  readonly messageBytesMax: number;
  /** What partial messages of all connections may still take. */
  readonly budget: CarryBudget;
  readonly counters: Counters;
  hand(found: Found): void;
  write(bytes: Uint8Array): void;
  /** A sentence for the operator, said once. */
  warn(text: string): void;
  /** Ends the connection without another word. */
  hangUp(): void;
}

/** What is spoken on one connection. */
export interface Conversation {
  read(chunk: Buffer): void;
  /** A number that stays while the same message is under way; undefined between messages. */
  openFrame(): number | undefined;
  /** Nothing more will be read. `broken`: the sender did not end it. */
  end(broken: boolean): void;
  /** We stop, and everything is answered: what is said last. */
  farewell?(): Uint8Array;
}

export interface StreamProtocol {
  /** As in the table of receivers. */
  readonly name: string;
  readonly transport: Exclude<Transport, 'udp'>;
  converse(line: Line): Conversation;
}
