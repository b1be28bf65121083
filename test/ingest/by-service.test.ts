/** Records by service and level: all of them counted, whatever services are called and however many there are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRecord } from '../../src/base/record.ts';
import { ByService, type ServiceCount } from '../../src/ingest/by-service.ts';
import { LEVELS, type LogRecord } from '../../src/model.ts';

const record = (service?: string, level?: (typeof LEVELS)[number]): LogRecord => ({ ...emptyRecord(0, 'udp', '10.0.0.1'), service, level });
const sumOf = (counts: readonly ServiceCount[]): number => counts.reduce((sum, [, , count]) => sum + count, 0);

test('each service and level; what has none is none', () => {
  const counts = new ByService();
  counts.add([
    record('nova', 'ERROR'),
    record('nova', 'ERROR'),
    record('nova', 'INFO'),
    record(),
    record('glance'),
    record('nova', 'ERROR'),
  ]);
  counts.add([]);
  expect(counts.take()).toEqual([
    ['none', 'none', 1],
    ['nova', 'INFO', 1],
    ['nova', 'ERROR', 3],
    ['glance', 'none', 1],
  ]);
  expect(counts.take()).toEqual([]);
});

test('a hundred services, then other; what is no word, too; those that are known stay', () => {
  const counts = new ByService();
  counts.add([record('nova', 'INFO'), record('two words'), record('"} 1\n'), record('x'.repeat(41)), record('__proto__'), record('')]);
  expect(counts.take()).toEqual([
    ['nova', 'INFO', 1],
    ['other', 'none', 5],
  ]);
  counts.add(Array.from({ length: 1000 }, (_, index) => record(`s${index}`)));
  const taken = counts.take();
  expect(taken.length).toBeLessThanOrEqual(100);
  expect(sumOf(taken)).toBe(1000);
  counts.add([record('nova', 'INFO'), record('s999')]);
  expect(counts.take()).toEqual([
    ['nova', 'INFO', 1],
    ['other', 'none', 1],
  ]);
});

test('nothing is left out', () => {
  const service = fc.option(fc.oneof(fc.constantFrom('nova', 'other', 'none', 'constructor'), fc.string()), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.array(fc.tuple(service, fc.option(fc.constantFrom(...LEVELS), { nil: undefined })))), (batches) => {
      const counts = new ByService();
      let sum = 0;
      for (const batch of batches) {
        counts.add(batch.map(([name, level]) => record(name, level)));
        sum += sumOf(counts.take());
      }
      expect(sum).toBe(batches.flat().length);
    }),
  );
});
