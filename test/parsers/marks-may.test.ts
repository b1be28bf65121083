/**
 * What has a mark may have it, also when its variables are taken out: over the samples of every parser, the fixtures and
 * the simulated cloud.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BODIES, ENVELOPES, marks, parse } from '../../parsers/index.ts';
import { mayHaveException, mayHaveHttp } from '../../parsers/marks-may.ts';
import { split } from '../../src/base/shape.ts';
import { shapeText } from '../../src/base/shape-text.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import { message } from '../../src/demo/wire.ts';
import type { Given } from '../../src/model.ts';

const given: Given = { received: Date.UTC(2026, 10, 22, 10) * 1000, transport: 'udp', peer: '192.0.2.9', zone: 0 };
const ROOT = path.join(import.meta.dirname, '../..');

function linesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? linesBelow(file) : readFileSync(file, 'latin1').split('\n');
  });
}

function cloudLines(count: number): string[] {
  const cloud = new Cloud({ seed: 3, startUs: given.received, linesPerSecond: 200 });
  return Array.from({ length: count }, () => message(cloud.next(), cloud.clock, { header: 'rfc3164', escape: 'always' }));
}

test('a mark is never excluded where there is one', () => {
  const lines = [
    ...[...ENVELOPES, ...BODIES].flatMap(({ samples }) => samples),
    ...linesBelow(path.join(ROOT, 'fixtures')),
    ...cloudLines(20_000),
  ];
  const seen = { http: 0, exception: 0, excluded: 0 };
  for (const line of lines) {
    const record = parse(line, given);
    const { http, exception } = marks(record);
    const parts = split(record.message);
    const outline = {
      text: parts === undefined ? record.message : shapeText(record.message, parts),
      format: record.format,
      level: record.level,
    };
    if (http !== undefined) expect(mayHaveHttp(outline), line).toBe(true);
    if (exception !== undefined) expect(mayHaveException(outline), line).toBe(true);
    seen.http += http === undefined ? 0 : 1;
    seen.exception += exception === undefined ? 0 : 1;
    seen.excluded += mayHaveHttp(outline) || mayHaveException(outline) ? 0 : 1;
  }
  expect(seen.http).toBeGreaterThan(500);
  expect(seen.exception).toBeGreaterThan(20);
  expect(seen.excluded).toBeGreaterThan(lines.length / 3);
});
