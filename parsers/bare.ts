/**
 * No syslog header at all: a file's line, a piece of a split message, a datagram with a broken PRI. Takes
 * everything, so it stands last. The whole text is the body, except for the program name that old swift
 * and oslo put in front of it themselves (`proxy-server text`, `nova-api 2014-…`).
 *
 * Invariant: a wrong PRI (`<>`, `<192>`, `<abc>`) stays in the text and is flagged `bad-pri`; in a file, only where a digit follows the `<`.
 */
import type { LogRecord, Transport } from '../src/model.ts';
import { addFlag, isDigit, priOf } from './header.ts';
import { interner } from './intern.ts';
import type { Envelope } from './parser.ts';
import { isOpenStackProgram } from './service.ts';

const programs = interner(256);
const PROGRAM_CHARS_MAX = 64;

/** Whose lines have no PRI, but may be XML. */
const FILES: ReadonlySet<Transport> = new Set<Transport>(['file', 'import']);

function read(text: string, record: LogRecord): number {
  record.envelopeForm = '';
  if (priOf(text) === -2 && (!FILES.has(record.transport) || isDigit(text.charCodeAt(1)))) addFlag(record, 'bad-pri');
  const first = text.charCodeAt(0);
  if (isDigit(first)) return 0;
  const space = text.indexOf(' ');
  if (space < 0 || space > PROGRAM_CHARS_MAX) return 0;
  const colon = text.charCodeAt(space - 1) === 58 ? 1 : 0;
  const program = programs(text, 0, space - colon);
  if (!isOpenStackProgram(program)) return 0;
  record.program = program;
  record.envelopeForm = colon === 1 ? '%g: ' : '%g ';
  return space + 1;
}

export const bare: Envelope = {
  name: 'bare',
  say: 'no header: lines of files, datagrams without a PRI',
  samples: [
    '2013-02-25 20:26:33 6619 ERROR nova.openstack.common.rpc.common [-] AMQP server on localhost:5672 is unreachable',
    'proxy-server Invalid user token - deferring reject downstream',
    'nova-api 2014-05-01 10:00:00.000 2211 INFO nova.x [-] text',
    '<192>Jan  1 00:00:00 h m: msg',
    'complete and utter gobbledegook',
    '',
  ],
  read,
};
