/** An event as syslog bytes: headers, escapes, framings. */
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../src/demo/act.ts';
import { Clock } from '../../src/demo/clock.ts';
import { operationNote } from '../../src/demo/truth.ts';
import { framed, type Header, message } from '../../src/demo/wire.ts';

/** Local noon of 2 March 2026, so that the test reads the same in every zone. */
const clock = new Clock(new Date(2026, 2, 2, 12, 0, 0).getTime() * 1000);
const EVENT: CloudEvent = {
  atUs: 1_234_567,
  transport: 'udp',
  facility: 16,
  severity: 6,
  host: 'cmp01',
  program: 'nova-compute',
  text: 'hello',
  stampUs: 1_234_567,
  note: operationNote('test'),
  root: undefined,
  instance: undefined,
};

function wire(change: Partial<CloudEvent>, header: Header = 'rfc3164', escaping: 'always' | 'by-host' = 'by-host'): string {
  return message({ ...EVENT, ...change }, clock, { header, escape: escaping });
}

describe('message', () => {
  it.each([
    ['traditional forward format', wire({}), '<134>Mar  2 12:00:01 cmp01 nova-compute: hello'],
    ['a pid in the tag', wire({ program: 'dnsmasq-dhcp', pid: 12, facility: 3 }), '<30>Mar  2 12:00:01 cmp01 dnsmasq-dhcp[12]: hello'],
    ['newlines and tabs as rsyslog escapes them', wire({ text: 'a\n\tb' }), '<134>Mar  2 12:00:01 cmp01 nova-compute: a#012#011b'],
    ['newlines of a host that does not escape', wire({ text: 'a\nb', rawNewlines: true }), '<134>Mar  2 12:00:01 cmp01 nova-compute: a\nb'],
    [
      'the same where a newline ends the frame',
      wire({ text: 'a\nb', rawNewlines: true }, 'rfc3164', 'always'),
      '<134>Mar  2 12:00:01 cmp01 nova-compute: a#012b',
    ],
  ])('%s', (_name, got, want) => {
    expect(got).toBe(want);
  });

  it('writes RFC 5424 with the offset of this machine', () => {
    const got = wire({}, 'rfc5424');
    expect(got).toMatch(/^<134>1 2026-03-02T12:00:01\.234567[+-]\d\d:\d\d cmp01 nova-compute - - - {2}hello$/);
    expect(Date.parse(got.split(' ')[1]!)).toBe(Math.floor(clock.epochUs(EVENT.atUs) / 1000));
  });
});

describe('framed', () => {
  it('ends with LF', () => expect(framed('<1>a', 'lf').toString()).toBe('<1>a\n'));
  it('counts octets, not characters', () => expect(framed('<1>ä', 'octet').toString()).toBe('5 <1>ä'));
});
