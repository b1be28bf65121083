/** What we use of the npm package `syslog-server`, which has no types of its own. */
declare module 'syslog-server' {
  import type { EventEmitter } from 'node:events';
  export default class SyslogServer extends EventEmitter {
    start(options: { address: string; port: number; exclusive: boolean }): Promise<void>;
    stop(): Promise<void>;
    isRunning(): boolean;
  }
}
