/**
 * `stacktrail serve`: the service until a signal ends it. One start line on stdout says where it listens; the
 * ready file says the same to programs. Not here: what is started, and in which order (service.ts).
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Address, formatAddress } from '../base/address.ts';
import { type EffectiveSettings, readSettings, type Settings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import { type ServiceOptions, startService } from '../service.ts';
import { exitOfLeaving, type Shell } from './shell.ts';
import { systemd } from './systemd.ts';
import { leaveUrl } from './url-file.ts';
import type { VerbRun } from './verbs.ts';
import { version } from './version.ts';

/** By listener; those that are off are absent. */
export type Addresses = Readonly<Record<string, Address | undefined>>;

export async function run({ arguments: given, shell }: VerbRun): Promise<number> {
  const readAgain = (): EffectiveSettings => readSettings({ flag: (name) => given.text(name), environment: shell.environment });
  const effective = readAgain();
  const { values, warnings } = effective;
  for (const warning of warnings) shell.err.write(`stacktrail: ${warning}\n`);
  return serveUntil(shell, { settings: values, options: { effective, readAgain } }, async (addresses) => {
    shell.out.write(`stacktrail ${version()} listens: ${addressesText(addresses)}; data in ${values.data}\n`);
  });
}

export interface Serving {
  readonly settings: Settings;
  readonly options?: ServiceOptions;
}

/** Starts, announces, waits for the end, stops; what was left for others is taken away again. */
export async function serveUntil(
  shell: Shell,
  { settings, options }: Serving,
  onReady: (addresses: Addresses) => Promise<void>,
): Promise<number> {
  const service = await startService(settings, options);
  const addresses: Addresses = service.addresses;
  const supervisor = systemd({
    environment: shell.environment,
    alive: service.alive,
    warn: (text) => shell.err.write(`stacktrail: ${text}\n`),
  });
  let takeAway = () => {};
  const { reload } = service;
  // Without a configuration file there is nothing to read again, and SIGHUP ends the service.
  const ignoreHangup = reload === undefined ? undefined : shell.onHangup?.(reload);
  try {
    if (settings.readyFile !== undefined) writeReadyFile(settings.readyFile, addresses);
    if (addresses.http) takeAway = leave(shell, urlOf(addresses.http));
    await onReady(addresses);
    supervisor.ready(addressesText(addresses));
    const failure = await Promise.race([service.failed, leaving(shell.interrupted)]);
    if (failure !== undefined) throw new CodedError('internal', `the service cannot go on: ${failure.message}`);
  } finally {
    ignoreHangup?.();
    takeAway();
    supervisor.stopping();
    await service.stop();
  }
  return exitOfLeaving(shell);
}

function leaving(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Who listens on all addresses is reached on the loopback one. */
export function urlOf(bound: Address): string {
  const host = bound.host === '0.0.0.0' ? '127.0.0.1' : bound.host === '::' ? '::1' : bound.host;
  return `http://${formatAddress({ host, port: bound.port })}`;
}

export function addressesText(addresses: Addresses): string {
  const listeners = Object.entries(addresses).flatMap(([name, bound]) =>
    bound ? [name === 'http' ? urlOf(bound) : `${name} ${formatAddress(bound)}`] : [],
  );
  return listeners.join(', ') || 'nowhere';
}

function leave(shell: Shell, url: string): () => void {
  try {
    return leaveUrl(url);
  } catch (error) {
    shell.err.write(`stacktrail: the reading verbs will not find this server by themselves: ${(error as Error).message}\n`);
    return () => {};
  }
}

/** Whole or not at all: who waits for the file may read it as soon as it is there. */
function writeReadyFile(path: string, addresses: Addresses): void {
  try {
    const draft = mkdtempSync(join(dirname(path), '.stacktrail-'));
    try {
      writeFileSync(join(draft, basename(path)), `${JSON.stringify(addresses)}\n`);
      renameSync(join(draft, basename(path)), path);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  } catch (error) {
    throw new CodedError('bad-setting', `--ready-file ${path} cannot be written: ${(error as Error).message}`);
  }
}
