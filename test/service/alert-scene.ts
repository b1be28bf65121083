/**
 * Alerts with what they need, for tests: real HTTP servers that answer what they are told to, a real `state.db`, spikes in a list. All of it ends with the test.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect } from 'vitest';
import { Counters } from '../../src/base/counters.ts';
import { createLog } from '../../src/base/log.ts';
import type { MailServer } from '../../src/base/mail.ts';
import type { Spike, TellKind, TellReceiver, ToldBook, ToldSpike } from '../../src/model.ts';
import { Alerts, type AlertTimes } from '../../src/service/alerts.ts';
import { openState } from '../../src/store/state.ts';
import { eventually } from '../e2e/program.ts';
import { newFolder } from '../store/sealed.ts';

export interface Heard {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: never;
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Answers what `status` says at the moment; 0: never. */
export async function hook() {
  const heard: Heard[] = [];
  const state = { status: 200, asked: 0 };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      state.asked++;
      if (state.status === 0) return;
      if (state.status < 300) heard.push({ path: request.url!, headers: request.headers, body: JSON.parse(body) as never });
      response.writeHead(state.status).end(state.status < 300 ? 'ok' : 'no');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cret`, heard, state };
}

export function receiver(kind: TellKind, target: string, more: Partial<TellReceiver> = {}): TellReceiver {
  return { name: kind, kind, target, to: [], headers: {}, alerts: true, resolved: true, place: 'x', ...more };
}

let number = 0;
export function spike(more: Partial<Spike> = {}): Spike {
  const now = new Date().toISOString();
  return {
    ...{
      id: String(++number).padStart(16, '0'),
      kind: 'growth',
      signature: 'a'.repeat(16),
      title: `Volume ${number} is lost`,
      level: 'ERROR',
    },
    ...{
      service: 'nova',
      host: 'c01',
      since: now,
      found: now,
      lastSeen: now,
      observed: 40,
      baseline: 2,
      count: 44,
      rule: '40 in 5 minutes',
    },
    ...{ evidence: [7, 6], link: { query: 'x', from: now, to: now, path: '/?q=x' }, folded: [] },
    ...more,
  };
}

const FAST: AlertTimes = { lookMs: 10, groupMs: 30, againMs: 20, againMsMax: 100, refreshMs: 60_000, perHour: 1000 };
const RECORD = JSON.stringify({
  time: 't',
  host: 'c01',
  program: 'nova',
  level: 'ERROR',
  message: 'password=hunter2 <!channel> lost\nmore',
});

function bookOf(folder: string): { book: ToldBook; close: () => void } {
  const state = openState(folder);
  const book: ToldBook = {
    told: async () => state.saved({ do: 'told-list' }) as ToldSpike[],
    keepTold: async (told, sinceUs) => void state.saved({ do: 'told-keep', told, sinceUs }),
  };
  return { book, close: () => state.close() };
}

interface Scene {
  readonly spikes: Spike[];
  readonly counters: Counters;
  readonly alerts: Alerts;
  end(): Promise<void>;
}

const noMail = (): MailServer | undefined => undefined;

export function scene(
  receivers: readonly TellReceiver[],
  {
    folder = newFolder(),
    spikes = [] as Spike[],
    times = {} as Partial<AlertTimes>,
    mailServer = noMail,
    clock = undefined as (() => number) | undefined,
  } = {},
): Scene {
  const { book, close } = bookOf(folder);
  const counters = new Counters();
  const alerts = new Alerts({
    spikes: { list: () => ({ spikes: [...spikes], watermark: '', series: 0, forgotten: 0 }) },
    ...{ book, counters, log: createLog({ level: 'silent' }), times: { ...FAST, ...times } },
    record: async () => RECORD,
    url: () => 'https://logs.example.org',
    sendWith: { mailServer },
    clock,
  });
  alerts.configure(receivers);
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ended ??= alerts.close().then(close);
    return ended;
  };
  closing.push(end);
  return { spikes, counters, alerts, end };
}

/** A receiver that has heard the last spike has heard all before it. */
export async function heardAll(heard: readonly Heard[], last: string): Promise<void> {
  await eventually(() => expect(JSON.stringify(heard)).toContain(last));
}

export const told = (heard: readonly Heard[]): string[] =>
  heard.flatMap(({ body }) =>
    (body as { alerts: { status: string; title: string }[] }).alerts.map(({ status, title }) => `${status} ${title}`),
  );
