/**
 * Swift: a client's request through the proxy to account, container and object servers. Not oslo: no time, level
 * or pid in the text, a transaction id `tx…` instead of a request id, GMT inside, and newlines written as `#012`
 * by swift itself. Access lines as of swift 2.36: 22 fields at the proxy.
 */
import type { Act } from './act.ts';
import { swiftError } from './tracebacks.ts';
import { CONTROLLER, STORAGE_NODES } from './world.ts';

interface Transaction {
  id: string;
  client: string;
  account: string;
  container: string;
  object: string;
  partition: number;
}

type Method = 'GET' | 'PUT' | 'HEAD' | 'DELETE';
const STATUS: Record<Method, number> = { GET: 200, PUT: 201, HEAD: 200, DELETE: 204 };
const METHODS: readonly Method[] = ['GET', 'GET', 'GET', 'PUT', 'PUT', 'HEAD', 'DELETE'];
const CONTAINERS = ['backups', 'images', 'reports', 'logs'] as const;
const DEVICES = ['sdb1', 'sdc1'] as const;
const REPLICAS = 3;

export function swiftRequest(act: Act): void {
  const { dice } = act.world;
  const made = begin(act);
  const method = dice.pick(METHODS);
  const startUs = act.atUs;
  act.pass(2, 10);
  const path = `/v1/${made.account}/${made.container}/${made.object}`;
  const failing = dice.oneIn(60);
  const replicas = method === 'PUT' || method === 'DELETE' ? REPLICAS : 1;
  const first = dice.between(0, STORAGE_NODES.length - 1);
  for (let replica = 0; replica < replicas; replica++) {
    const node = STORAGE_NODES[(first + replica) % STORAGE_NODES.length]!;
    if (failing && replica === 0) complain(act, { made, node, method, path });
    else store(act, { made, node, method, path });
  }
  act.pass(1, 30);
  proxyLine(act, { made, method, path, startUs, status: failing && replicas === 1 ? 503 : STATUS[method] });
}

/** A listing of a container, or of the account. */
export function swiftListing(act: Act): void {
  const made = begin(act);
  const whole = act.world.dice.oneIn(2);
  const startUs = act.atUs;
  const server = whole ? 'account-server' : 'container-server';
  const path = whole ? `/v1/${made.account}` : `/v1/${made.account}/${made.container}`;
  act.pass(2, 12);
  storageLine(act, { made, server, node: act.world.dice.pick(STORAGE_NODES), method: 'GET', path });
  act.pass(1, 8);
  proxyLine(act, { made, method: 'GET', path: `${path}?format=json`, startUs, status: 200 });
}

/** The replicators' own news. */
export function swiftReplication(act: Act): void {
  const { dice } = act.world;
  const worker = act.world.worker('object-replicator');
  act.emit(worker, 6, 'Starting object replication pass.');
  act.pass(2000, 9000);
  const total = dice.between(400, 1200);
  act.emit(
    worker,
    6,
    `${total}/${total} (100.00%) partitions replicated in ${(2 + dice.fraction() * 7).toFixed(2)}s (${(total / 5).toFixed(2)}/sec, 0s remaining)`,
  );
  act.emit(worker, 6, `Object replication complete. (${(dice.fraction() / 5).toFixed(2)} minutes)`);
}

function begin(act: Act): Transaction {
  const { dice, clock } = act.world;
  const project = dice.pick(act.world.projects);
  const seconds = Math.floor(clock.epochUs(act.atUs) / 1e6);
  return {
    id: `tx${dice.hex(24).slice(0, 21)}-${seconds.toString(16).padStart(10, '0')}`,
    client: dice.pick(project.clients),
    account: `AUTH_${project.id}`,
    container: dice.pick(CONTAINERS),
    object: `${dice.hex(8)}/part-${dice.between(0, 999)}.bin`,
    partition: dice.between(0, 1023),
  };
}

function store(act: Act, of: { made: Transaction; node: string; method: Method; path: string }): void {
  act.pass(1, 12);
  storageLine(act, { ...of, server: 'object-server' });
  if (of.method !== 'PUT' && of.method !== 'DELETE') return;
  act.meanwhile(() => {
    act.pass(0, 4);
    storageLine(act, { ...of, server: 'container-server', node: act.world.dice.pick(STORAGE_NODES) });
  });
}

function storageLine(act: Act, of: { made: Transaction; server: string; node: string; method: Method; path: string }): void {
  const { dice, clock } = act.world;
  const { made } = of;
  const worker = act.world.worker(`${of.server}@${of.node}`);
  const proxy = act.world.worker('proxy-server').pid;
  const seconds = (dice.fraction() / 20).toFixed(4);
  const bytes = of.method === 'GET' ? String(dice.between(100, 900_000)) : '-';
  const place = `/${dice.pick(DEVICES)}/${made.partition}${of.path.slice('/v1'.length)}`;
  const date = clock.swift(act.atUs, 'storage');
  const text = `${CONTROLLER} - - [${date}] "${of.method} ${place}" ${STATUS[of.method]} ${bytes} "${of.method} http://${CONTROLLER}:8080${of.path}" "${made.id}" "proxy-server ${proxy}" ${seconds} "-" ${worker.pid} 0`;
  act.emit(worker, 6, text);
}

function proxyLine(act: Act, of: { made: Transaction; method: Method; path: string; startUs: number; status: number }): void {
  const { dice, clock } = act.world;
  const { made, method, startUs } = of;
  const received = method === 'PUT' ? String(dice.between(100, 900_000)) : '-';
  const sent = method === 'GET' && of.status === 200 ? String(dice.between(100, 900_000)) : '-';
  const fields = [
    made.client,
    CONTROLLER,
    clock.swift(startUs, 'proxy'),
    method,
    encodeURI(of.path).replaceAll('?', '%3F'),
    'HTTP/1.1',
    of.status,
  ];
  fields.push('-', 'python-swiftclient-4.7.0', `gAAAAAB${dice.hex(12).slice(0, 9)}...`, received, sent, '-', made.id, '-');
  fields.push(((act.atUs - startUs) / 1e6).toFixed(4), '-', '-', clock.epoch(startUs), clock.epoch(act.atUs), '0', '-');
  act.emit(act.world.worker('proxy-server'), 6, fields.join(' '));
}

/** A storage node that does not answer; sometimes the whole request breaks, with a traceback. */
function complain(act: Act, of: { made: Transaction; node: string; method: Method; path: string }): void {
  const { made, node, method, path } = of;
  const proxy = act.world.worker('proxy-server');
  const tail = ` (txn: ${made.id}) (client_ip: ${made.client})`;
  act.pass(500, 520);
  const address = `10.0.1.${11 + STORAGE_NODES.indexOf(node as (typeof STORAGE_NODES)[number])}:6200/${act.world.dice.pick(DEVICES)}`;
  act.emit(proxy, 3, `ERROR with Object server ${address} re: Trying to ${method} ${path}: ConnectionTimeout (0.5s)${tail}`);
  if (method !== 'PUT') return;
  act.emit(proxy, 3, `Error: An error occurred: #012${swiftError(path).join('#012')}#012${tail}`);
}
