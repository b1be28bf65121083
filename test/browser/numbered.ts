/** Lines by their number, so that a missing, repeated or moved one is found: sent over TCP at a steady rate. Not here: who reads them. */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Numbered {
  readonly host: string;
  readonly port: number;
}

const HOSTS = ['ctl01', 'cmp01', 'cmp02', 'net01'];
const LEVELS = ['INFO', 'DEBUG', 'INFO', 'WARNING', 'INFO', 'ERROR'];

/** As nova writes it; about 300 bytes. */
export function numbered(number: number): string {
  const now = new Date().toISOString();
  const level = LEVELS[number % LEVELS.length];
  const request = `req-${String(number % 977).padStart(8, '0')}-6ad8-41f2-8d3e-0a9c5d1b7e42`;
  const text = `number ${number} Took 0.${number % 90} seconds to attach volume 5f1d${String(number % 10_000).padStart(4, '0')}-8f3a-4a31-b3ad-2b6f2f0f5e11 on /dev/vdb`;
  return `<134>1 ${now} ${HOSTS[number % HOSTS.length]} nova-compute ${2000 + (number % 7)} - - ${now.slice(0, 23).replace('T', ' ')} 2001 ${level} nova.compute.manager [${request} 8d3e 013094da - - default default] ${text}`;
}

/** Over TCP at a steady rate; resolves when the last byte is with the kernel. */
export async function sendNumbered({ host, port }: Numbered, lines: { from: number; count: number; perSecond: number }): Promise<void> {
  const socket = connect({ host, port });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const startedMs = performance.now();
  for (let sent = 0; sent < lines.count; ) {
    const due = Math.min(lines.count, Math.ceil(((performance.now() - startedMs) / 1000) * lines.perSecond));
    let text = '';
    for (; sent < due; sent++) text += `${numbered(lines.from + sent)}\n`;
    if (text !== '' && !socket.write(text)) await new Promise<void>((resolve) => socket.once('drain', () => resolve()));
    if (sent < lines.count) await wait(20);
  }
  await new Promise<void>((resolve) => socket.end(resolve));
}
