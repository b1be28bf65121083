/**
 * The programs under measurement, as child processes: our service and its peers behind one interface, so that
 * all are fed and asked the same way. Every child is stopped when the bench ends, however it ends; its output goes
 * to a file in its folder and is shown when it fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Endpoint {
  host: string;
  port: number;
}

/** A running service. */
export interface Subject {
  name: string;
  pid: number;
  tcp: Endpoint;
  http: Endpoint;
  /** Its stored data. */
  data: string;
  /** Is the word in a record that can be searched? */
  found(word: string): Promise<boolean>;
  /** Lines it accounts for, stored or joined to a record; absent where a peer does not tell. */
  kept?(): Promise<number>;
  /** Graceful; resolves when the process is gone. */
  stop(): Promise<void>;
}

/** How to start one. `folder` exists and may hold data of an earlier run. */
export interface Candidate {
  name: string;
  start(folder: string): Promise<Subject>;
}

/** A temporary folder that is gone when the bench is, also when it is interrupted. */
export function makeFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stacktrail-bench-'));
  folders.add(folder);
  return folder;
}

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 60_000;
const ROOT = path.join(import.meta.dirname, '../..');

const children = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** This checkout. */
export const ours: Candidate = { name: 'stacktrail', start: (folder) => startStacktrail(path.join(ROOT, 'src/main.ts'), folder) };

/** With the same Node and flags as the bench itself. */
export async function startStacktrail(main: string, folder: string): Promise<Subject> {
  const ready = path.join(folder, 'ready.json');
  rmSync(ready, { force: true });
  const data = path.join(folder, 'data');
  const words = [...process.execArgv, main, 'serve', '--data', data, '--http', '127.0.0.1:0'];
  words.push('--udp', 'off', '--tcp', '127.0.0.1:0', '--ready-file', ready);
  const child = launch({ command: process.execPath, words, folder });
  const addresses = await waitFor(child, async () => JSON.parse(readFileSync(ready, 'utf8')) as { http: Endpoint; tcp: Endpoint });
  return {
    name: 'stacktrail',
    pid: child.process.pid!,
    ...addresses,
    data,
    async found(word) {
      const response = await fetch(`http://${addresses.http.host}:${addresses.http.port}/api/v1/search?limit=1&query=${word}`);
      if (!response.ok) throw new Error(`search answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { records: unknown[] }).records.length > 0;
    },
    async kept() {
      const response = await fetch(`http://${addresses.http.host}:${addresses.http.port}/api/v1/status`);
      const { counters, pendingBytes } = (await response.json()) as { counters: Record<string, number>; pendingBytes: number };
      // What still waits for the disk is not kept yet.
      return pendingBytes > 0 ? 0 : (counters['records.stored'] ?? 0) + (counters['lines.joined'] ?? 0);
    },
    stop: () => stop(child),
  };
}

/** NAME=BINARY of the command line. */
export function peer(name: string, binary: string): Candidate {
  if (name !== 'victorialogs') throw new Error(`no peer ${name}; known: victorialogs`);
  return { name, start: (folder) => startVictoriaLogs(binary, folder) };
}

/** Flags: ../../../shared/performance.md; the wait for its flush is part of its time, as the disk is of ours. */
async function startVictoriaLogs(binary: string, folder: string): Promise<Subject> {
  const [http, tcp] = [await freePort(), await freePort()];
  const data = path.join(folder, 'data');
  const words = [
    `-storageDataPath=${data}`,
    '-retentionPeriod=100y',
    `-httpListenAddr=127.0.0.1:${http.port}`,
    `-syslog.listenAddr.tcp=127.0.0.1:${tcp.port}`,
  ];
  const child = launch({ command: binary, words, folder, environment: { GOMAXPROCS: '2' } });
  const base = `http://127.0.0.1:${http.port}`;
  await waitFor(child, async () => (await fetch(`${base}/health`)).ok || undefined);
  return {
    name: 'victorialogs',
    pid: child.process.pid!,
    http,
    tcp,
    data,
    async found(word) {
      await fetch(`${base}/internal/force_flush`);
      const response = await fetch(`${base}/select/logsql/query?limit=1&query=${word}`);
      return (await response.text()).includes(word);
    },
    stop: () => stop(child),
  };
}

interface Child {
  process: ChildProcess;
  log: string;
  gone: Promise<unknown>;
}

function launch(of: { command: string; words: string[]; folder: string; environment?: NodeJS.ProcessEnv }): Child {
  mkdirSync(of.folder, { recursive: true });
  const log = path.join(of.folder, 'output.log');
  const descriptor = openSync(log, 'a');
  const child = spawn(of.command, of.words, { stdio: ['ignore', descriptor, descriptor], env: { ...process.env, ...of.environment } });
  closeSync(descriptor);
  children.add(child);
  const gone = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  });
  void gone.then(() => children.delete(child));
  return { process: child, log, gone };
}

/** Asks until there is an answer; a child that ends instead, or takes too long, is an error with its output. */
async function waitFor<T>(child: Child, ask: () => Promise<T | undefined>): Promise<T> {
  const untilMs = Date.now() + START_MS_MAX;
  while (Date.now() < untilMs && children.has(child.process)) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(25);
  }
  await stop(child);
  throw new Error(`${child.process.spawnfile} did not start:\n${readFileSync(child.log, 'utf8').slice(-2000)}`);
}

async function stop(child: Child): Promise<void> {
  if (!children.has(child.process)) return;
  child.process.kill('SIGTERM');
  const killer = setTimeout(() => child.process.kill('SIGKILL'), STOP_MS_MAX);
  await child.gone;
  clearTimeout(killer);
}

async function freePort(): Promise<Endpoint> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return { host: '127.0.0.1', port };
}
