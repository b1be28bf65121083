/**
 * A real rsyslogd for tests, with a socket, a pid file and a folder of its own, configured as the OpenStack Operations
 * Guide tells the nodes of a cloud to be (chapter Logging, `*.* @server`). Three ways in: a log socket as programs
 * find it at /dev/log, any bytes into that same socket, any bytes over UDP.
 */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openUdp, type Sender } from '../receive/senders.ts';
import { eventually, type Program, start, temporaryFolder } from './program.ts';

export interface RsyslogdOptions {
  /** The program. */
  readonly path: string;
  readonly hostName: string;
  /** The line of the guide, such as `*.* @10.0.0.9:514`. */
  readonly forward: string;
  /** Real newlines instead of `#012`: `$EscapeControlCharactersOnReceive off`. */
  readonly keepsNewlines?: boolean;
}

export interface Rsyslogd {
  /** Where `logger -u` writes to. */
  readonly socket: string;
  /** Datagrams to the log socket, byte by byte as a Python handler sends them to /dev/log. */
  readonly unix: Sender;
  /** Datagrams to its UDP port 514, as it were. */
  readonly udp: Sender;
  stop(): Promise<void>;
}

export async function startRsyslogd(options: RsyslogdOptions): Promise<Rsyslogd> {
  const folder = temporaryFolder();
  const socket = join(folder, 'log');
  const [udpPort, unixPort] = [await freeUdpPort(), await freeUdpPort()];
  writeFileSync(join(folder, 'rsyslog.conf'), configuration(options, { folder, socket, udpPort, unixPort }));
  const words = ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')];
  // UTC: its header has no zone, and the time is compared.
  const program = start(options.path, words, { ...process.env, TZ: 'UTC' });
  await eventually(() => {
    if (!isBound(udpPort) || !isBound(unixPort)) throw new Error(`rsyslogd is not up: ${program.out()}${program.err()}`);
  });
  const senders = [udpPort, unixPort].map((port) => openUdp({ host: '127.0.0.1', port }));
  const [udp, unix] = (await Promise.all(senders)) as [Sender, Sender];
  return { socket, udp, unix, stop: () => stop(program, [udp, unix]) };
}

interface Places {
  readonly folder: string;
  readonly socket: string;
  readonly udpPort: number;
  readonly unixPort: number;
}

/**
 * Node has no unix datagram sockets: a second UDP input passes its datagrams on to the log socket. Names are not
 * looked up, because what 127.0.0.1 is called differs from machine to machine.
 */
function configuration({ hostName, forward, keepsNewlines = false }: RsyslogdOptions, places: Places): string {
  return `global(workDirectory="${places.folder}" localHostname="${hostName}" net.enableDNS="off"
       parser.escapeControlCharactersOnReceive="${keepsNewlines ? 'off' : 'on'}")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="omuxsock")
template(name="AsItCame" type="string" string="%rawmsg%")
input(type="imuxsock" Socket="${places.socket}")
input(type="imudp" address="127.0.0.1" port="${places.udpPort}")
input(type="imudp" address="127.0.0.1" port="${places.unixPort}" ruleset="ToLogSocket")
${forward}
$RuleSet ToLogSocket
$OMUxSockSocket ${places.socket}
*.* :omuxsock:;AsItCame
`;
}

async function stop(program: Program, senders: Sender[]): Promise<void> {
  await Promise.all(senders.map((sender) => sender.close()));
  program.signal('SIGTERM');
  await program.ended;
}

/** Below the ports that the kernel gives away by itself (from 32768 on): nobody who asks for any port gets it before rsyslogd does. */
async function freeUdpPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_240, 32_768);
    const socket = dgram.createSocket('udp4');
    const isFree = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
    });
    socket.close();
    if (isFree) return port;
  }
}

/** rsyslogd does not say when it listens; the kernel does. */
function isBound(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/udp', 'utf8').includes(` ${local} `);
}
