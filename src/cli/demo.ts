/**
 * `stacktrail demo`: the service on a temporary data folder, the simulated cloud that sends to it, and what to try
 * next - with an instance that really is there. The usual ports when they are free, else free ones; only this
 * machine can reach it unless a flag says otherwise.
 */
import { createSocket } from 'node:dgram';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../base/address.ts';
import type { Arguments } from '../base/arguments.ts';
import { type EffectiveSettings, readSettings, type Settings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import { parseTime } from '../base/time.ts';
import { type RunningCloud, startCloud } from '../demo/send.ts';
import type { OperationTruth } from '../demo/truth.ts';
import { type Addresses, addressesText, serveUntil, urlOf } from './serve.ts';
import { EXIT, exitOfLeaving, type Shell } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const LOOPBACK = '127.0.0.1';
const HTTP_PORT = 5580;
const SYSLOG_PORT = 5514;
/** How often we look whether the first instance is there; people read the lines before it meanwhile. */
const LOOK_EVERY_MS = 200;

interface CloudOptions {
  seed: number;
  rate?: number;
  durationMs?: number;
  speed?: number;
  rhythm?: boolean;
}

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const truth = openTruth(given.text('truth'));
  const options = { ...cloudOptions(given), ...(truth === undefined ? {} : { onOperation: truth.write }) };
  if (given.is('serve') === false) return sendOnly(given, shell, { ...options, truth });
  if (given.text('to') !== undefined)
    throw new CodedError('bad-argument', '--to needs --no-serve: with its own server the demo sends there');
  const settings = await demoSettings(readSettings({ flag: (name) => given.text(name), environment: shell.environment }), options.speed);
  const { data, isTemporary } =
    settings.data === undefined
      ? { data: mkdtempSync(join(tmpdir(), 'stacktrail-demo-')), isTemporary: true }
      : { data: settings.data, isTemporary: false };
  let cloud: RunningCloud | undefined;
  const ended = new AbortController();
  const interrupted = AbortSignal.any([shell.interrupted, ended.signal]);
  try {
    const code = await serveUntil({ ...shell, interrupted }, { settings: { ...settings, data } }, async (addresses) => {
      cloud = startCloud({ ...options, ...destinations(addresses) });
      cloud.done.then(() => ended.abort());
      shell.out.write(welcome(addresses, isTemporary ? `${data}, removed at the end` : data));
      void offerInstance(shell, cloud, interrupted);
    });
    return shell.interrupted.aborted ? code : EXIT.found;
  } finally {
    await cloud?.stop();
    truth?.close();
    if (isTemporary) rmSync(data, { recursive: true, force: true });
  }
}

/** `data` is undefined where a temporary folder is to be made. */
async function demoSettings(
  { values, places }: EffectiveSettings,
  speed = 1,
): Promise<Omit<Settings, 'data'> & { data: string | undefined }> {
  const isDefault = (name: 'data' | 'http' | 'udp' | 'tcp' | 'log.level' | 'zone') => places[name] === 'default';
  const http = { host: LOOPBACK, port: (await isFree('tcp', HTTP_PORT)) ? HTTP_PORT : 0 };
  const syslogFree = (await isFree('tcp', SYSLOG_PORT)) && (await isFree('udp', SYSLOG_PORT));
  const syslog = { host: LOOPBACK, port: syslogFree ? SYSLOG_PORT : 0 };
  return {
    ...values,
    data: isDefault('data') ? undefined : values.data,
    http: isDefault('http') ? http : values.http,
    udp: isDefault('udp') ? syslog : values.udp,
    tcp: isDefault('tcp') ? syslog : values.tcp,
    // A cloud that lives in the past teaches no zone by when its lines arrive.
    zone: isDefault('zone') && speed > 1 ? -new Date().getTimezoneOffset() : values.zone,
    // What matters of the start is said below in words for people.
    'log.level': isDefault('log.level') ? 'warn' : values['log.level'],
  };
}

function cloudOptions(given: Arguments): CloudOptions {
  const rate = given.text('rate');
  const seed = given.text('seed');
  const duration = given.text('duration');
  if (rate !== undefined && !(/^\d{1,7}(\.\d{1,3})?$/.test(rate) && Number(rate) > 0))
    throw new CodedError('bad-argument', '--rate is a number of lines a second, such as 100');
  if (seed !== undefined && !/^\d{1,9}$/.test(seed)) throw new CodedError('bad-argument', '--seed is a whole number, such as 7');
  // `10m` is ten minutes before now.
  const durationMs = duration === undefined ? undefined : -parseTime(duration, 0) / 1000;
  if (durationMs !== undefined && durationMs <= 0) throw new CodedError('bad-argument', '--duration is a time, such as 10m');
  const speed = given.text('speed');
  const rhythm = given.is('rhythm');
  if (speed !== undefined && !(/^\d{1,6}(\.\d{1,3})?$/.test(speed) && Number(speed) >= 1))
    throw new CodedError('bad-argument', '--speed is a factor from 1, such as 60 (an hour in a minute)');
  return {
    ...(speed === undefined ? {} : { speed: Number(speed) }),
    ...(rhythm === undefined ? {} : { rhythm }),
    seed: Number(seed ?? 1),
    ...(rate === undefined ? {} : { rate: Number(rate) }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

interface TruthFile {
  write(truth: OperationTruth): void;
  close(): void;
}

function openTruth(path: string | undefined): TruthFile | undefined {
  if (path === undefined) return undefined;
  try {
    const file = openSync(path, 'w');
    return { write: (truth) => void writeSync(file, `${JSON.stringify(truth)}\n`), close: () => closeSync(file) };
  } catch (error) {
    throw new CodedError('bad-argument', `--truth: ${path} cannot be written: ${(error as Error).message}`);
  }
}

async function sendOnly(
  given: Arguments,
  shell: Shell,
  { truth, ...options }: CloudOptions & { truth: TruthFile | undefined },
): Promise<number> {
  const to = given.text('to');
  const address = to === undefined ? undefined : parseAddress(to, { setting: '--to', host: LOOPBACK });
  if (address === undefined || address.port === 0) throw new CodedError('bad-argument', '--no-serve needs --to HOST:PORT');
  const cloud = startCloud({ ...options, udp: address, tcp: address });
  shell.out.write(`a simulated cloud sends to ${to} by UDP and TCP; Ctrl-C ends it\n`);
  const stop = () => void cloud.stop();
  if (shell.interrupted.aborted) stop();
  shell.interrupted.addEventListener('abort', stop, { once: true });
  await cloud.done;
  truth?.close();
  const { lines, dropped } = cloud.sent();
  shell.err.write(`stacktrail: ${lines} lines sent, ${dropped} dropped\n`);
  return exitOfLeaving(shell);
}

function destinations(addresses: Addresses): { udp?: { host: string; port: number }; tcp?: { host: string; port: number } } {
  const to = (name: string) => {
    const bound = addresses[name];
    if (bound === undefined) return {};
    return { [name]: { host: bound.host === '0.0.0.0' ? LOOPBACK : bound.host === '::' ? '::1' : bound.host, port: bound.port } };
  };
  const found = { ...to('udp'), ...to('tcp') };
  if (Object.keys(found).length === 0)
    throw new CodedError('bad-setting', 'The demo needs a listener to send to: udp and tcp are both off');
  return found;
}

function welcome(addresses: Addresses, data: string): string {
  const url = addresses.http ? urlOf(addresses.http) : undefined;
  if (url === undefined) return `Stacktrail demo: a simulated cloud sends to ${addressesText(addresses)}; http is off\n`;
  return [
    `Stacktrail demo: ${url}`,
    'Open it in a browser: records are searched there, too.',
    `A simulated OpenStack cloud sends to ${addressesText({ ...addresses, http: undefined })}. Data in ${data}. Ctrl-C ends it.`,
    '',
    'Try next, in another terminal:',
    `  export STACKTRAIL_URL=${url}`,
    '  npx stacktrail tail',
    "  npx stacktrail search 'level:>=warning'",
    '',
  ].join('\n');
}

/** The line that shows what this is for needs an instance to ask for. */
async function offerInstance(shell: Shell, cloud: RunningCloud, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const instance = cloud.firstInstance();
    if (instance !== undefined) {
      shell.out.write(`  npx stacktrail search ${instance}    # everything about an instance that boots just now\n`);
      return;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Can we listen there? Somebody may come first all the same; then the service says so. */
function isFree(transport: 'tcp' | 'udp', port: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (transport === 'udp') {
      const socket = createSocket('udp4');
      socket.once('error', () => resolve(false));
      socket.bind({ port, address: LOOPBACK, exclusive: true }, () => socket.close(() => resolve(true)));
      return;
    }
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
