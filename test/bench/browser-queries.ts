/**
 * What people ask of a log in the browser, as a list: ids of things that are in the store, drawn from all of its time, and the usual words, fields and patterns. Not here:
 * asking (browser.ts). Everything is asked of the whole time that is kept, which is the hardest.
 */
import type { Endpoint } from './service.ts';

/** By name: what is typed. Both the demo cloud and most real ones have them. */
const USUAL: readonly (readonly [name: string, query: string])[] = [
  ['everything', ''],
  ['level', 'level:error'],
  ['level and above', 'level:>=warning'],
  ['service and level', 'service:nova level:warning'],
  ['service', 'service:neutron'],
  ['host and level', 'host:cmp01 level:>=warning'],
  ['program', 'program:nova-compute'],
  ['word', 'terminating'],
  ['two words', 'volume attach'],
  ['phrase', '"Instance spawned successfully"'],
  ['phrase without another', '"no valid host" -"dry run"'],
  ['either of two fields', 'error (service:nova OR service:cinder)'],
  ['nowhere', 'nosuchwordanywhere'],
  ['phrase that is nowhere', '"volume spawned a router"'],
  ['beginning of a field', 'host:cmp*'],
  ['pattern of a field', 'logger:nova.compute.*'],
  ['beginning of a word', 'unschedul*'],
  ['part of a word', '*alid ho*'],
  ['expression', '/Errno 1\\d\\d/'],
  ['exception', 'exception:*'],
  ['status', 'status:>=500'],
  ['duration', 'duration:>2'],
  ['without', 'service:keystone -level:debug'],
  ['critical', 'level:critical'],
];
/** Ids of each kind: other ones each round. */
const KINDS = ['instance', 'request', 'project', 'host'] as const;
const EACH = { instance: 3, request: 3, project: 1, host: 1 } as const;
/** Moments of the store from which ids are taken. */
const MOMENTS = 12;

export interface Asked {
  readonly name: string;
  readonly query: string;
}

/** So many rounds: the words of each are the same, the ids are others. */
export async function questions(http: Endpoint, rounds: number): Promise<Asked[][]> {
  const ids = await drawn(http);
  return Array.from({ length: rounds }, (_, round) => [
    ...USUAL.map(([name, query]) => ({ name, query })),
    ...KINDS.flatMap((kind) =>
      Array.from({ length: EACH[kind] }, (_, index) => ids[kind].at((round * EACH[kind] + index) % ids[kind].length))
        .filter((id) => id !== undefined)
        .map((id) => ({ name: kind, query: kind === 'host' ? `host:${id} level:error` : id })),
    ),
  ]);
}

async function drawn(http: Endpoint): Promise<Record<(typeof KINDS)[number], string[]>> {
  const [newest] = await records(http, { limit: '1' });
  const [oldest] = await records(http, { limit: '1', direction: 'forward' });
  if (newest === undefined || oldest === undefined) throw new Error('the store is empty');
  const [toMs, fromMs] = [Date.parse(newest.time), Date.parse(oldest.time)];
  const found = Object.fromEntries(KINDS.map((kind) => [kind, new Set<string>()])) as Record<(typeof KINDS)[number], Set<string>>;
  for (let turn = 0; turn < MOMENTS; turn++) {
    const end = new Date(fromMs + ((toMs - fromMs) * (turn + 0.5)) / MOMENTS).toISOString();
    for (const record of await records(http, { query: 'instance:* request:*', limit: '20', end }))
      for (const kind of KINDS) if (record[kind] !== undefined) found[kind].add(record[kind]);
  }
  // Those that follow one another are of one moment: strewn, each round has some of all times.
  return Object.fromEntries(KINDS.map((kind) => [kind, strewn([...found[kind]])])) as Record<(typeof KINDS)[number], string[]>;
}

function strewn(ids: readonly string[]): string[] {
  const step = Math.ceil(ids.length / MOMENTS);
  return ids.toSorted((a, b) => (ids.indexOf(a) % step) - (ids.indexOf(b) % step));
}

type Found = { readonly time: string } & Readonly<Partial<Record<(typeof KINDS)[number], string>>>;

async function records({ host, port }: Endpoint, words: Readonly<Record<string, string>>): Promise<Found[]> {
  const response = await fetch(`http://${host}:${port}/api/v1/search?${new URLSearchParams(words)}`);
  if (!response.ok) throw new Error(`search answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { records: Found[] }).records;
}
