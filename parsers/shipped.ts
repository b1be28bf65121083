/**
 * Lines that something put a word in front of when it collected them: the name of the file (`nova-api.log.1.2017-05-16_13:53:08 2017-05-16 …`, grep's
 * `/var/log/nova/nova-api.log:2017-05-16 …`), the sender before a PRI (`controller-01 <172>2014-09-23T…`), or stamp and stream of a container
 * (`2023-05-02T10:00:00.123456789Z stderr F 2023-05-02 …`, as the nodes of openstack-helm have it). The file's name says the program.
 *
 * Invariant: a file's name is one only before an ISO date, a sender only before a header that has a stamp. Not here: names that the caller knows (hints).
 */
import type { Given, LogRecord } from '../src/model.ts';
import { isPlainText, sharedForm } from './forms.ts';
import { addFlag, isoStampAt, priOf, setHeaderTime, stampEnd, stampOffset } from './header.ts';
import { interner } from './intern.ts';
import { type Envelope, NO_FORM, NOT_MINE } from './parser.ts';
import { rfc3164 } from './rfc3164.ts';
import { isWall } from './time.ts';

const programs = interner(256);
/** Folders, name, and what rotation adds. */
const FILE = /(?:\/?[\w.-]{1,60}\/){0,12}([A-Za-z][\w-]{0,60})\.(?:log|txt)[\w.:-]{0,60}[: ](?=\d{4}-\d\d-\d\d[ T])/y;
/** What the runtimes of Kubernetes (CRI) write behind their stamp: the stream, and whether the line is full. */
const CONTAINER = / (?:stdout|stderr) ([FP]) /y;
const T = 84;
const FILE_CHARS_MAX = 300;
const SENDER_CHARS_MAX = 255;

function read(text: string, record: LogRecord, given: Given): number {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) return container(text, record);
  // A date, a PRI and white space are nobody's name.
  if (first <= 32 || first === 60) return NOT_MINE;
  const space = text.indexOf(' ');
  if (space < 1 || space > FILE_CHARS_MAX) return NOT_MINE;
  if (text.charCodeAt(space + 1) === 60 && space <= SENDER_CHARS_MAX) return sender(text.slice(space + 1), space + 1, { record, given });
  const dot = text.indexOf('.', 0);
  return dot > 0 && dot < space ? file(text, record) : NOT_MINE;
}

function file(text: string, record: LogRecord): number {
  FILE.lastIndex = 0;
  const match = FILE.exec(text);
  if (match === null) return NOT_MINE;
  const [whole, name] = match as unknown as [string, string];
  // Only folders have a slash, and the name follows the last of them.
  const at = whole.lastIndexOf('/') + 1;
  const [before, behind] = [whole.slice(0, at), whole.slice(at + name.length)];
  record.program = programs(name, 0, name.length);
  record.envelopeForm = isPlainText(before + behind) ? sharedForm(`${before}%g${behind}`) : NO_FORM;
  return FILE.lastIndex;
}

function sender(rest: string, skipped: number, { record, given }: { record: LogRecord; given: Given }): number {
  if (priOf(rest) < 0 || !/^<\d{1,3}>(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)/.test(rest)) return NOT_MINE;
  const at = rfc3164.read(rest, record, given);
  if (at === NOT_MINE) return NOT_MINE;
  record.envelopeForm = NO_FORM;
  return at + skipped;
}

/** The stamp of the container's runtime is the header's, which names its zone; a part of a line (`P`) lacks what the next one has. */
function container(text: string, record: LogRecord): number {
  if (text.charCodeAt(10) !== T) return NOT_MINE;
  const wall = isoStampAt(text, 0);
  CONTAINER.lastIndex = stampEnd;
  const part = isWall(wall) && stampOffset !== undefined ? CONTAINER.exec(text)?.[1] : undefined;
  if (part === undefined) return NOT_MINE;
  setHeaderTime(record, wall, stampOffset);
  if (part === 'P') addFlag(record, 'cut');
  record.envelopeForm = NO_FORM;
  return CONTAINER.lastIndex;
}

export const shipped: Envelope = {
  name: 'shipped',
  say: 'a file’s name, a sender or a container’s stream in front of a line (grep, log collectors, Kubernetes)',
  samples: [
    '2023-05-02T10:00:00.123456789Z stderr F 2023-05-02 10:00:00.123 7 INFO nova.compute.manager [-] hello',
    'nova-compute.log.1.2017-05-17_12:02:35 2017-05-16 00:00:00.008 2931 INFO nova.compute.manager [-] hello',
    '/var/log/nova/nova-api.log:2017-05-16 00:00:00.008 25746 INFO nova.x [-] hello',
    'compute-02 <131>Sep 23 18:26:58 compute-02 2014-09-23 18:26:58.088 10128 ERROR oslo.messaging._drivers.impl_qpid [-] Unable to connect to AMQP server: connection aborted. Sleeping 1 seconds',
    'controller-01 <172>2014-09-23T07:37:03.649535+00:00 controller-01 2014-09-23 07:37:03.649 8650 AUDIT cinder.api.v1.volumes [-] vol=None',
  ],
  read,
};
