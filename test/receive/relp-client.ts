/**
 * A RELP client for tests: opens the session, sends frames, knows which were acknowledged. As plain as the protocol allows, so
 * that a mistake of ours is not repeated here; the real client, rsyslog's omrelp, is tried in test/e2e.
 */
import net from 'node:net';
import type { Address } from '../../src/base/address.ts';
import type { Sender } from './senders.ts';

export interface RelpClient {
  readonly socket: net.Socket;
  /** Answers by transaction number: what stands behind the length. */
  readonly answers: Map<number, string>;
  /** In which order they came. */
  readonly order: number[];
  /** What the server said without being asked. */
  readonly hints: string[];
  /** Sends a frame, answers its number. */
  frame(command: string, data?: string | Buffer): number;
  write(bytes: string | Buffer): Promise<void>;
  /** The kernel has the frame sent last. */
  sent(): Promise<void>;
  close(): Promise<void>;
}

export const OFFER = 'relp_version=0\nrelp_software=test,1,-\ncommands=syslog';

export async function openRelp({ host, port }: Address, greet = true): Promise<RelpClient> {
  // Without Nagle's wait, what was written is on its way.
  const socket = net.connect({ port, host, noDelay: true });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const answers = new Map<number, string>();
  const order: number[] = [];
  const hints: string[] = [];
  let txnr = 0;
  let rest = '';
  let sent: Promise<void> = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      const head = /^(\d+) (\w+) (\d+)( ?)/.exec(rest);
      if (head === null) return;
      const end = head[0].length + Number(head[3]);
      if (rest.length <= end) return;
      const data = rest.slice(head[0].length, end);
      if (head[2] === 'rsp') {
        answers.set(Number(head[1]), data);
        order.push(Number(head[1]));
      } else hints.push(head[2]!);
      rest = rest.slice(end + 1);
    }
  });
  const client: RelpClient = {
    socket,
    answers,
    order,
    hints,
    frame(command, data = '') {
      txnr++;
      const bytes = Buffer.from(data);
      const tail = bytes.length === 0 ? '' : ' ';
      const whole = Buffer.concat([Buffer.from(`${txnr} ${command} ${bytes.length}${tail}`), bytes, Buffer.from('\n')]);
      sent = new Promise((resolve) => socket.write(whole, () => resolve()));
      return txnr;
    },
    sent: () => sent,
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    async close() {
      if (socket.closed) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.end();
      await closed;
    },
  };
  if (greet) client.frame('open', OFFER);
  return client;
}

/** For the contract suite: each message is a frame, answered or not. */
export async function openRelpSender(address: Address): Promise<Sender> {
  const client = await openRelp(address);
  return {
    send: async (...messages) => {
      for (const message of messages) {
        client.frame('syslog', message);
        await client.sent();
      }
    },
    close: () => client.close(),
  };
}
