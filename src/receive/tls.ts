/**
 * TLS for listeners (RFC 5425; RELP's own): certificates from files, read again when they change, and which clients may come:
 * anybody, those with a certificate of our CA, those of certain names or fingerprints. Not here: what is spoken inside.
 * Invariants: a handshake that fails touches nobody else; new files that are wrong leave the old ones in force and are told.
 * Source: RFC 5425 sections 4.2 (authentication) and 5.2 (subject names; wildcards stand for one whole label on the left).
 */
import { readFileSync, statSync } from 'node:fs';
import type net from 'node:net';
import { dirname, resolve } from 'node:path';
import tls from 'node:tls';
import { plainPeer } from '../base/address.ts';
import type { Counters } from '../base/counters.ts';
import { CodedError } from '../base/errors.ts';
import { type Watch, watchPaths } from '../base/watch.ts';

export interface TlsOptions {
  /** PEM files: our certificate (with its chain) and its key. */
  readonly certificate: string;
  readonly key: string;
  /** Of those who may sign clients; absent: those of the system. */
  readonly ca?: string | undefined;
  /** `require`: only clients with a certificate that is good. */
  readonly clients: 'none' | 'require';
  /** Names (`*.example.org` for one label) or fingerprints (`SHA256:AB:CD:…`) of those who may come; absent: all whose certificate is good. */
  readonly names?: readonly string[] | undefined;
}

export interface TlsEnds {
  /** Shakes hands on a connection that was accepted; one whose client may not come is closed and counted. */
  readonly secure: (raw: net.Socket) => void;
  /** Lets go of the files. */
  close(): void;
}

/** Slower than this is no sender but somebody who holds a connection. */
const HANDSHAKE_MS_MAX = 15_000;
/** Files of one renewal are written one after another. */
const SETTLE_MS = 300;
/** The watch is a hint: what it misses is seen then. */
const LOOK_MS = 10_000;

interface Around {
  readonly counters: Counters;
  readonly warn: (text: string) => void;
  /** A client that may come. */
  readonly connected: (socket: net.Socket) => void;
}

/** Throws `bad-setting` when the files cannot be used. */
export function tlsEnds(options: TlsOptions, around: Around): TlsEnds {
  const { warn } = around;
  const server = handshakes(options, around);
  let timer: NodeJS.Timeout | undefined;
  let stamp = stampOf(options);
  const reload = (): void => {
    stamp = stampOf(options);
    try {
      server.setSecureContext(contextOf(options));
    } catch (error) {
      warn(`${(error as Error).message}; the certificate from before stays in force`);
    }
  };
  const hint = (): void => {
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
    timer.unref();
  };
  const watch = watchFiles(options, hint);
  const looks = setInterval(() => {
    if (stampOf(options) !== stamp) hint();
  }, LOOK_MS);
  looks.unref();
  return {
    secure(raw) {
      // Asked for while it is there: of a connection that is gone nobody knows.
      void raw.remoteAddress;
      server.emit('connection', raw);
    },
    close() {
      clearTimeout(timer);
      clearInterval(looks);
      void watch.close();
    },
  };
}

/** A server that listens nowhere: connections are given to it. */
function handshakes(options: TlsOptions, { counters, warn, connected }: Around): tls.Server {
  const refused = new WeakSet<tls.TLSSocket>();
  const refuse = (socket: tls.TLSSocket, why: string): void => {
    // One handshake may fail twice: by its certificate, and then by its end.
    if (refused.has(socket)) return;
    refused.add(socket);
    const peer = plainPeer(addressOf(socket));
    counters.add('connections.refused', 1, 'tls');
    counters.lose('refused', peer);
    warn(`${peer} was refused: ${why}`);
  };
  const how = { ...contextOf(options), ...demands(options), handshakeTimeout: HANDSHAKE_MS_MAX, minVersion: 'TLSv1.2' } as const;
  const server = tls.createServer(how, (socket) => {
    const trouble = troubleOf(socket, options);
    if (trouble === undefined) return connected(socket);
    refuse(socket, trouble);
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => refuse(socket, handshakeText(error)));
  return server;
}

/** Of one that is gone, by the socket below it, which Node keeps there without saying so. */
function addressOf(socket: tls.TLSSocket & { _parent?: net.Socket }): string | undefined {
  return socket.remoteAddress ?? socket._parent?.remoteAddress;
}

function demands({ clients, names }: TlsOptions): tls.TlsOptions {
  if (clients === 'none') return {};
  // A fingerprint vouches by itself: such a certificate may be signed by nobody. Who else comes is looked at in troubleOf.
  return { requestCert: true, rejectUnauthorized: names === undefined };
}

/** Why a client with a handshake behind it may not come; undefined: it may. */
function troubleOf(socket: tls.TLSSocket, { clients, names }: TlsOptions): string | undefined {
  if (clients === 'none' || names === undefined) return undefined;
  const certificate = socket.getPeerCertificate();
  if (certificate?.subject === undefined) return 'it has no certificate';
  if (names.some((name) => isFingerprint(name) && sameFingerprint(name, certificate))) return undefined;
  if (!socket.authorized) return `its certificate is not good (${socket.authorizationError})`;
  const own = namesOf(certificate);
  if (names.some((name) => own.some((one) => matchesName(one, name)))) return undefined;
  return `its certificate is of ${own.join(', ') || 'nobody'}, which is not among tls.names`;
}

function isFingerprint(name: string): boolean {
  return /^sha(?:1|256|512):/i.test(name);
}

function sameFingerprint(name: string, certificate: tls.PeerCertificate): boolean {
  const colon = name.indexOf(':');
  const wanted = name.slice(colon + 1).toUpperCase();
  const of = { sha1: certificate.fingerprint, sha256: certificate.fingerprint256, sha512: certificate.fingerprint512 };
  return of[name.slice(0, colon).toLowerCase() as keyof typeof of]?.toUpperCase() === wanted;
}

/** dNSName and iPAddress of the alternative names; without any, the common name (RFC 5425 section 5.2). */
function namesOf(certificate: tls.PeerCertificate): string[] {
  const found = [...(certificate.subjectaltname ?? '').matchAll(/(?:DNS|IP Address):([^\s,"]+)/g)].map((match) => match[1]!);
  if (found.length > 0) return found;
  const { CN } = certificate.subject;
  return CN === undefined ? [] : [CN].flat();
}

/** Case does not matter; `*.` in what is allowed stands for one label. */
function matchesName(own: string, allowed: string): boolean {
  const [name, pattern] = [own.toLowerCase(), allowed.toLowerCase()];
  if (!pattern.startsWith('*.')) return name === pattern;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot + 1) === pattern.slice(2);
}

function contextOf({ certificate, key, ca }: TlsOptions): { cert: Buffer; key: Buffer; ca?: Buffer } {
  const context = {
    cert: read(certificate, 'tls.certificate'),
    key: read(key, 'tls.key'),
    ...(ca === undefined ? {} : { ca: read(ca, 'tls.ca') }),
  };
  try {
    tls.createSecureContext(context);
  } catch (error) {
    const why = `${(error as Error).message}: ${certificate} and ${key} are no PEM certificate and its key`;
    throw new CodedError('bad-setting', `tls: ${why}`);
  }
  return context;
}

function read(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CodedError('bad-setting', `${setting}: ${path} cannot be read: ${(error as Error).message}`);
  }
}

function filesOf({ certificate, key, ca }: TlsOptions): string[] {
  return [certificate, key, ...(ca === undefined ? [] : [ca])].map((path) => resolve(path));
}

/** Changes whenever one of the files does. */
function stampOf(options: TlsOptions): string {
  const stats = filesOf(options).map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  return stats.map((stat) => (stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}`)).join(', ');
}

/** Their folders: renewals replace files, and links to them. */
function watchFiles(options: TlsOptions, onChange: () => void): Watch {
  return watchPaths([...new Set(filesOf(options).map(dirname))], { onHint: onChange });
}

function handshakeText(error: Error & { code?: string }): string {
  if (error.code === 'ECONNRESET') return 'it left in the middle of the handshake';
  return `the handshake failed (${error.code ?? error.message})`;
}
