/**
 * Access lines of many forms with ordinary and odd variables, block after block: what a block keeps of them, and what is read from it, is what
 * a look at every text says, also when a later block has what no earlier one had.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { marks } from '../../parsers/index.ts';
import { emptyRecord } from '../../src/base/record.ts';
import type { EndpointList, LogRecord } from '../../src/model.ts';
import { accessOf, addAccess } from '../../src/store/access-lines.ts';
import { AccessPlans } from '../../src/store/access-plan.ts';
import type { Block } from '../../src/store/block-read.ts';
import { ENDPOINTS_PART } from '../../src/store/columns.ts';
import { unpack } from '../../src/store/compress.ts';
import { ENDPOINTS_OF_BLOCK_MAX, EndpointSums } from '../../src/store/endpoint-sums.ts';
import { expectLooked, lookedAt } from './endpoint-truth.ts';
import { Shapes } from './sealed.ts';

/** Variables as they come, and as they come once in ten thousand lines. */
const VALUES = {
  STATUS: [
    ['200', '201', '404', '500', '503'],
    ['99', '1000', '0200', '-', '2000'],
  ],
  SIZE: [
    ['0', '15', '1734', '88123'],
    ['-', '007', '9'.repeat(15), '9'.repeat(16)],
  ],
  TIME: [
    ['0.0123', '1.5', '0.4', '12.25'],
    ['7', '0.5s', '00.5', '1234567890.5', '0.1234567891', '-1'],
  ],
  MS: [
    ['12', '7', '3511'],
    ['-1', '0012', '1234567890123'],
  ],
  UUID: [
    ['6f1c7c1e-0c0b-4f4e-9a55-0d7d2c1a9f10', '00000000-1111-2222-3333-444455556666'],
    ['6F1C7C1E-0c0b-4f4e-9a55-0d7d2c1a9f10', 'detail', 'x1'],
  ],
  ACCOUNT: [
    ['AUTH_9f10aa', 'AUTH_1234567890ab', 'AUTH_00'],
    ['AUTH9', 'KEY_9f10', '.expiring1', 'AUTH_'],
  ],
  DEVICE: [
    ['sdb1', 'sdc2', 'd10'],
    ['sdb-1', 'é1', '1'],
  ],
  NAME: [
    ['web1', 'db22', 'server007abc'],
    ['a1b2c3d4e5f6', 'abcdefabcdefabcdefabcdef1', 'zyxwvutzyxwvutzyxwvutzyx1', '١'],
  ],
  VERSION: [
    ['v2', 'v2', 'v2'],
    ['v3', 'v20', 'v2.1'],
  ],
  HOUR: [
    ['05', '11', '23'],
    ['5', '005'],
  ],
} as const;
type Name = keyof typeof VALUES;

const FORMS: readonly { text: string; format: string; logger?: string }[] = [
  { text: '10.0.0.9 "GET /VERSION.1/servers/UUID HTTP/1.1" status: STATUS len: SIZE time: TIME', format: 'oslo', logger: 'nova.api.wsgi' },
  {
    text: '10.0.0.9 "GET /VERSION.1/servers/NAME HTTP/1.1" status: STATUS len: SIZE time: TIME',
    format: 'oslo',
    logger: 'urllib3.connectionpool',
  },
  {
    text: '10.0.0.9 - - [22/Nov/2026:HOUR:10:11 +0000] "PUT /DEVICE/17/ACCOUNT/logs/part-3.bin" STATUS - "PUT http://10.0.0.1:8080/v1/x" "tx1-0012abcd" "proxy-server 1" TIME "-" 12 0',
    format: 'swift',
  },
  {
    text: '10.0.0.9 10.0.0.8 22/Nov/2026/HOUR/10/11 GET /v1/ACCOUNT/images HTTP/1.0 STATUS - curl - SIZE 12 - tx1-0012abcd - TIME - - 1763.5 1763.6 0 -',
    format: 'swift',
  },
  {
    text: '[pid: 12|app: 0|req: 1/2] 10.0.0.9 () {60 vars in 1024 bytes} [Thu Oct  1 HOUR:10:11 2026] POST /v3/auth/tokens => generated SIZE bytes in MS msecs (HTTP/1.1 STATUS) 4 headers in 152 bytes (1 switches on core 0)',
    format: 'uwsgi',
  },
  {
    text: '10.0.0.9:51000 [22/Nov/2026:HOUR:10:11.123] front back/ctl01 0/0/1/2/MS STATUS SIZE - - ---- 1/1/0/0/0 0/0 "GET /VERSION HTTP/1.1"',
    format: 'haproxy',
  },
  { text: 'a request for "GET /VERSION" took TIME s and made STATUS of SIZE', format: 'plain' },
];
const SERVICES = ['nova', 'swift', undefined];

interface Drawn {
  readonly form: number;
  readonly service: number;
  readonly picks: readonly number[];
  readonly isOdd: boolean;
}
const ordinary: fc.Arbitrary<Drawn> = fc.record({
  form: fc.nat(FORMS.length - 1),
  service: fc.nat(SERVICES.length - 1),
  picks: fc.array(fc.nat(99), { minLength: 7, maxLength: 7 }),
  isOdd: fc.constant(false),
});
/** Blocks of one form mostly, so that it gets a plan; a few records are odd. */
const block = fc.tuple(
  fc.nat(FORMS.length - 1),
  fc.array(ordinary, { minLength: 40, maxLength: 120 }),
  fc.array(
    ordinary.map((drawn) => ({ ...drawn, isOdd: true })),
    { maxLength: 3 },
  ),
);

function recordOf({ form, service, picks, isOdd }: Drawn, seq: number): LogRecord {
  const { text, format, logger } = FORMS[form]!;
  let turn = 0;
  const message = text.replace(new RegExp(Object.keys(VALUES).join('|'), 'g'), (name) => {
    const pick = picks[turn++ % picks.length]!;
    const [usual, odd] = VALUES[name as Name];
    const from: readonly string[] = isOdd && pick % 3 === 0 ? odd : usual;
    return from[pick % from.length]!;
  });
  return { ...emptyRecord(seq * 1000, 'udp', message), seq, time: seq * 1000, format, logger, service: SERVICES[service], message };
}

function listOf(steps: Generator<void, void, void>, sums: EndpointSums): EndpointList {
  while (!steps.next().done);
  return sums.list(1);
}

function read(of: Block, plans: AccessPlans): EndpointList {
  const sums = new EndpointSums();
  return listOf(addAccess(accessOf(of), sums, plans), sums);
}

test('a block keeps, and is read as, what its texts say', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
      const shapes = new Shapes();
      const plans = new AccessPlans();
      let seq = 1;
      for (const [form, usual, odd] of blocks) {
        const drawn = [...usual.map((one, at) => (at % 4 === 0 ? one : { ...one, form })), ...odd.map((one) => ({ ...one, form }))];
        const records = drawn.map((one) => recordOf(one, seq++));
        const encoded = shapes.encode(records);
        const kept = new EndpointSums();
        expect(kept.merge(encoded.parts[ENDPOINTS_PART]!)).toBe(true);
        expectLooked(kept.list(1), lookedAt(records));
        expectLooked(read(shapes.open(encoded), plans), lookedAt(records));
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('the forms are access lines, all but the last', () => {
  const drawn = FORMS.map((_, form): Drawn => ({ form, service: 0, picks: [1, 1, 1, 1, 1, 1, 1], isOdd: false }));
  const found = drawn.map((one) => marks(recordOf(one, 1), 'http').http !== undefined);
  expect(found).toEqual([true, false, true, true, true, true, false]);
});

test('plans are used: an ordinary form is told without its texts', () => {
  const records = Array.from({ length: 500 }, (_, at) =>
    recordOf({ form: 0, service: 0, picks: [0, at, at + 1, at + 2], isOdd: false }, at + 1),
  );
  const shapes = new Shapes();
  const opened = shapes.open(shapes.encode(records));
  const source = accessOf(opened);
  let texts = 0;
  const counting = {
    ...source,
    record(index: number): LogRecord {
      texts++;
      return source.record(index);
    },
  };
  const sums = new EndpointSums();
  expectLooked(listOf(addAccess(counting, sums, new AccessPlans()), sums), lookedAt(records));
  expect(texts).toBeLessThan(50);
});

test('what scanners make up does not make a block grow', () => {
  const records = Array.from({ length: 3000 }, (_, at) => ({
    ...recordOf({ form: 0, service: 0, picks: [0], isOdd: false }, at + 1),
    message: `10.0.0.9 "GET /${String.fromCharCode(97 + (at % 26), 97 + ((at / 26) % 26), 97 + at / 676)}/x HTTP/1.1" status: 404 len: 9 time: 0.5`,
  }));
  const kept = new EndpointSums();
  kept.merge(new Shapes().encode(records).parts[ENDPOINTS_PART]!);
  const { endpoints, lines } = kept.list(1);
  expect(lines).toBe(3000);
  expect(endpoints.length).toBeLessThanOrEqual(ENDPOINTS_OF_BLOCK_MAX + 2);
  expect(endpoints[0]).toMatchObject({ endpoint: '', service: 'nova', clientErrors: endpoints[0]!.count });
  expect(endpoints.reduce((sum, { count }) => sum + count, 0)).toBe(3000);
});

test('any byte that changes is noticed', () => {
  const records = Array.from({ length: 60 }, (_, at) =>
    recordOf({ form: at % 6, service: at % 3, picks: [at, at + 1, at + 2], isOdd: false }, at + 1),
  );
  const data = Buffer.concat([Buffer.from([0]), unpack(new Shapes().encode(records).parts[ENDPOINTS_PART]!)]);
  expect(new EndpointSums().merge(data)).toBe(true);
  for (let at = 1; at < data.length; at++) {
    const wrong = Buffer.from(data);
    wrong[at]! ^= 1 << (at % 8);
    const sums = new EndpointSums();
    expect(sums.merge(wrong), `byte ${at}`).toBe(false);
    expect(sums.list(1)).toEqual({ endpoints: [], lines: 0, oneOf: 1 });
  }
});
