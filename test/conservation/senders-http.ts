/** The pushes over HTTP of conservation's senders: a batch is a request, and its answer is the answer for all of it. */
import http from 'node:http';
import { syslogOf, textOf } from './book.ts';
import type { Channel } from './senders.ts';

export type HttpForm = 'ingest' | 'bulk' | 'loki' | 'otlp';

interface Push {
  readonly path: string;
  readonly type: string;
  body(numbers: readonly number[]): string;
}

/** Well before now, in the order of the numbers. */
const SINCE_MS = Date.parse('2026-03-01T10:20:30Z');

const FORMS: Readonly<Record<HttpForm, Push>> = {
  ingest: {
    path: '/api/v1/ingest',
    type: 'text/plain',
    body: (numbers) => numbers.map((number) => syslogOf('ingest', number)).join('\n'),
  },
  bulk: {
    path: '/_bulk',
    type: 'application/x-ndjson',
    body: (numbers) =>
      numbers
        .map((number) => ({ Hostname: 'from-bulk', programname: 'conserve', Payload: textOf('bulk', number), '@timestamp': stamp(number) }))
        .map((item) => `{"index":{"_index":"flog-2026.03.01"}}\n${JSON.stringify(item)}\n`)
        .join(''),
  },
  loki: {
    path: '/loki/api/v1/push',
    type: 'application/json',
    body: (numbers) => {
      const values = numbers.map((number) => [`${SINCE_MS + number}000000`, textOf('loki', number)]);
      return JSON.stringify({ streams: [{ stream: { host: 'from-loki', job: 'conserve' }, values }] });
    },
  },
  otlp: {
    path: '/v1/logs',
    type: 'application/json',
    body: (numbers) => {
      const logRecords = numbers.map((number) => ({
        timeUnixNano: `${SINCE_MS + number}000000`,
        body: { stringValue: textOf('otlp', number) },
      }));
      return JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] });
    },
  },
};

function stamp(number: number): string {
  return new Date(SINCE_MS + number).toISOString();
}

export async function openHttp({ url, from, form }: { url: string; from: string; form: HttpForm }): Promise<Channel> {
  const { path, type, body } = FORMS[form];
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1, localAddress: from });
  let abort = new AbortController();
  return {
    async send(numbers, onAnswer) {
      abort = new AbortController();
      const answer = await post(`${url}${path}`, body(numbers), { agent, signal: abort.signal, type });
      // `_bulk` answers 200 and says inside which items were refused.
      if (answer.status >= 300 || answer.text.includes('"errors":true')) throw new Error(`${answer.status} ${answer.text.slice(0, 200)}`);
      for (const _ of numbers) onAnswer();
    },
    break() {
      abort.abort();
      agent.destroy();
    },
    end: () => agent.destroy(),
  };
}

interface Posting {
  readonly agent: http.Agent;
  readonly signal: AbortSignal;
  readonly type: string;
}

function post(url: string, body: string, { agent, signal, type }: Posting): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, signal, headers: { 'content-type': type } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
