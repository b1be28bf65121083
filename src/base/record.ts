/**
 * The empty record. All records are born here with all properties present in one order, so that the
 * engine sees a single hidden class wherever a record goes.
 */
import type { LogRecord, Transport } from '../model.ts';

export function emptyRecord(received: number, transport: Transport, peer: string): LogRecord {
  return {
    seq: 0,
    time: received,
    received,
    transport,
    peer,
    host: undefined,
    facility: undefined,
    severity: undefined,
    level: undefined,
    service: undefined,
    program: undefined,
    pid: undefined,
    logger: undefined,
    request: undefined,
    globalRequest: undefined,
    user: undefined,
    project: undefined,
    domain: undefined,
    systemScope: undefined,
    userDomain: undefined,
    projectDomain: undefined,
    instance: undefined,
    msgid: undefined,
    structuredData: undefined,
    message: '',
    flags: undefined,
    zone: 0,
    envelope: '',
    envelopeForm: '',
    headerTime: undefined,
    format: '',
    form: '',
    raw: undefined,
    of: undefined,
    more: undefined,
  };
}
