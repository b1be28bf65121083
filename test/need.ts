/**
 * What a test needs of the machine besides Node. Absent, the test is skipped and says why; on a CI
 * machine (CI=true) absence is a failure, because there .ci/run installs it.
 *
 *   const rsyslogd = needBinary('rsyslogd');
 *   describe.skipIf(!rsyslogd)('a real rsyslogd', …rsyslogd!…)
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Daemons live where the PATH of a user does not look. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Path of a program, or undefined with the reason on stderr; throws in CI. */
export function needBinary(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = findBinary(name, environment);
  if (path !== undefined) return path;
  const reason = `${name} is not installed`;
  if (environment.CI === 'true') throw new Error(`${reason}; a CI machine must have it`);
  // test/run.ts repeats these lines under its table.
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
}

/** The same for what a CI machine may lack, too: an init system, an interpreter that is kept away on purpose. The reason is printed. */
export function wishBinary(name: string): string | undefined {
  return needBinary(name, { ...process.env, CI: undefined });
}

/** A file that a package of the system brings, such as a module of rsyslogd; the same as for a program. */
export function needFile(name: string, folders: readonly string[], environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (path !== undefined) return path;
  const reason = `${name} is not installed`;
  if (environment.CI === 'true') throw new Error(`${reason}; a CI machine must have it`);
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
}

function findBinary(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const folders = [...(environment.PATH ?? '').split(delimiter), ...(environment.PATH === '' ? [] : MORE_FOLDERS)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
