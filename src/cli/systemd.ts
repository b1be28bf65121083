/**
 * Tells systemd how the service is (sd_notify(3)): ready, stopping, and - for WatchdogSec - that it still works. The socket is one of
 * datagrams, which Node cannot open; `systemd-notify`, which is wherever systemd is, does it: a process a third of the watchdog's time.
 * Not here: what proves that the service works (service.ts). Invariant: without NOTIFY_SOCKET nothing happens; trouble is told once, never thrown.
 */
import { execFile } from 'node:child_process';

export interface Systemd {
  ready(status: string): void;
  stopping(): void;
}

interface Around {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Resolves when every part that the service cannot do without has answered. */
  readonly alive: () => Promise<unknown>;
  readonly warn: (text: string) => void;
}

/** A watchdog that is told in time although one time was missed. */
const PARTS = 3;

export function systemd({ environment, alive, warn }: Around): Systemd {
  if (!environment.NOTIFY_SOCKET) return { ready() {}, stopping() {} };
  let hasWarned = false;
  let timer: NodeJS.Timeout | undefined;
  const tell = (...words: string[]): void => {
    execFile('systemd-notify', words, { env: { ...process.env, ...environment }, timeout: 10_000 }, (error) => {
      if (error === null || hasWarned) return;
      hasWarned = true;
      warn(`systemd was not told ${words.join(' ')}: ${error.message.trim()}`);
    });
  };
  const watchdogUs = Number(environment.WATCHDOG_USEC);
  return {
    ready(status) {
      tell('--ready', `--status=${status}`);
      if (!(watchdogUs > 0)) return;
      // Whoever is not answered says nothing, and is restarted.
      timer = setInterval(
        () =>
          void alive().then(
            () => tell('WATCHDOG=1'),
            () => undefined,
          ),
        watchdogUs / 1000 / PARTS,
      );
      timer.unref();
    },
    stopping() {
      clearInterval(timer);
      tell('STOPPING=1');
    },
  };
}
