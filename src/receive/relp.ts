/**
 * RELP, the reliable event logging protocol of rsyslog's omrelp: every message is acknowledged, and not before it is on disk.
 * What cannot be stored is not answered at all: the connection ends, and the sender sends it again. Not here: frames
 * (relp-frames.ts), connections and waiting (stream.ts).
 * Invariants: answers go out in the order of the frames; an acknowledged message is on disk; a refused one is never a loss of
 * ours. Source: librelp's relp.md; protocol version 0, which is what librelp speaks whatever its document says.
 */
import type { Counters } from '../base/counters.ts';
import type { Intake, MessageFlag } from '../model.ts';
import type { Conversation, Line } from './conversation.ts';
import { frameEnd } from './framing.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import { type RelpFrame, RelpSplitter } from './relp-frames.ts';
import { startStream } from './stream.ts';

export function startRelp(options: ReceiverOptions, intake: Intake, counters: Counters): Promise<Receiver> {
  return startStream({ name: 'relp', transport: 'relp', converse: (line) => new RelpSession(line) }, options, { intake, counters });
}

const OFFER = 'relp_version=0\nrelp_software=stacktrail\ncommands=syslog';
/** librelp's own transaction numbers wrap here. */
const TXNR_MAX = 999_999_999;
/** Answers that wait for their turn before the sender has to: its own window is at most a few thousand. */
const OPEN_MAX = 100_000;

/** An answer that may not be sent yet. */
interface Answer {
  text: string | undefined;
}

class RelpSession implements Conversation {
  readonly #line: Line;
  readonly #splitter: RelpSplitter;
  /** In the order of the frames; those at the front that have a text are sent. */
  readonly #answers: Answer[] = [];
  #nextTxnr = 1;
  #isOpen = false;
  #isOver = false;

  constructor(line: Line) {
    this.#line = line;
    const { messageBytesMax, budget } = line;
    this.#splitter = new RelpSplitter(
      { frames: (bytes, frames) => this.#take(bytes, frames), wrong: (why) => this.#breakOff(why) },
      { messageBytesMax, budget },
    );
  }

  read(chunk: Buffer): void {
    if (!this.#isOver) this.#splitter.push(chunk);
  }

  openFrame(): number | undefined {
    return this.#splitter.openFrame;
  }

  end(): void {
    this.#splitter.end();
  }

  farewell(): Uint8Array {
    return Buffer.from('0 serverclose 0\n');
  }

  #take(bytes: Uint8Array, frames: readonly RelpFrame[]): void {
    const run = new Run();
    for (const frame of frames) {
      if (this.#isOver) return;
      if (frame.txnr !== this.#nextTxnr) {
        this.#deliver(bytes, run);
        this.#breakOff(`frame ${frame.txnr} came where ${this.#nextTxnr} was due`);
        return;
      }
      this.#nextTxnr = frame.txnr === TXNR_MAX ? 1 : frame.txnr + 1;
      if (frame.command === 'syslog' && this.#isOpen) this.#message(bytes, frame, run);
      else {
        this.#deliver(bytes, run);
        this.#command(frame);
      }
    }
    this.#deliver(bytes, run);
    this.#flush();
  }

  #message(bytes: Uint8Array, { txnr, start, end, cutBytes }: RelpFrame, run: Run): void {
    const { counters, peer } = this.#line;
    const stop = cutBytes > 0 ? end : frameEnd(bytes, start, end);
    const answer: Answer = { text: undefined };
    this.#answers.push(answer);
    if (stop === start) {
      counters.lose('empty', peer);
      answer.text = acknowledged(txnr);
      return;
    }
    if (cutBytes > 0) {
      run.flags.set(run.spans.length >> 1, 'truncated');
      counters.lose('truncated-bytes', peer, cutBytes);
    }
    run.spans.push(start, stop);
    run.answers.push({ txnr, answer });
  }

  /** Hands what was collected to the intake; its answers follow when it is on disk. */
  #deliver(bytes: Uint8Array, run: Run): void {
    const { spans, answers, flags } = run.take();
    if (spans.length === 0) return;
    this.#line.hand({
      bytes,
      spans,
      flags: flags.size > 0 ? flags : undefined,
      stored: () => {
        for (const { txnr, answer } of answers) answer.text = acknowledged(txnr);
        this.#flush();
      },
      // Without an answer the sender keeps it, and sends it again when it has connected again.
      refused: () => this.#hangUp(),
    });
    if (this.#answers.length > OPEN_MAX) this.#breakOff('too many frames without an answer');
  }

  #command({ txnr, command }: RelpFrame): void {
    if (command === 'open') {
      this.#isOpen = true;
      this.#answer(txnr, `200 OK\n${OFFER}`);
    } else if (command === 'close') {
      this.#isOpen = false;
      this.#isOver = true;
      this.#answers.push({ text: `${txnr} rsp 0\n0 serverclose 0\n` });
      this.#flush();
    } else this.#answer(txnr, command === 'syslog' ? '500 open the session first' : '500 this command is not known here');
  }

  #answer(txnr: number, text: string): void {
    this.#answers.push({ text: `${txnr} rsp ${Buffer.byteLength(text)} ${text}\n` });
    this.#flush();
  }

  #flush(): void {
    let count = 0;
    let text = '';
    while (count < this.#answers.length && this.#answers[count]!.text !== undefined) text += this.#answers[count++]!.text;
    if (count === 0) return;
    this.#answers.splice(0, count);
    this.#line.write(Buffer.from(text, 'latin1'));
  }

  #breakOff(why: string): void {
    this.#line.counters.add('connections.refused', 1, 'protocol');
    this.#line.warn(`${this.#line.peer} does not speak RELP as it should (${why}); its connection was closed`);
    this.#hangUp();
  }

  #hangUp(): void {
    this.#isOver = true;
    this.#splitter.end();
    this.#line.hangUp();
  }
}

/** Messages of one read that go to the intake together. */
class Run {
  spans: number[] = [];
  answers: { txnr: number; answer: Answer }[] = [];
  flags = new Map<number, MessageFlag>();

  take(): { spans: number[]; answers: { txnr: number; answer: Answer }[]; flags: Map<number, MessageFlag> } {
    const { spans, answers, flags } = this;
    this.spans = [];
    this.answers = [];
    this.flags = new Map();
    return { spans, answers, flags };
  }
}

function acknowledged(txnr: number): string {
  return `${txnr} rsp 6 200 OK\n`;
}
