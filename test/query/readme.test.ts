/** The examples of src/query/README.md do what stands beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCoded } from '../../src/base/errors.ts';
import { emptyRecord } from '../../src/base/record.ts';
import { explain } from '../../src/query/explain.ts';
import { compile } from '../../src/query/match.ts';
import { parse } from '../../src/query/parse.ts';
import { print } from '../../src/query/print.ts';

const README = readFileSync(join(import.meta.dirname, '../../src/query/README.md'), 'utf8');
const section = (head: string): string[] => README.slice(README.indexOf(head)).split('\n\n')[0]!.split('\n').slice(2);

const QUERIES = section('| query | finds |').map((row) => /^\| `(.*?)` \|/.exec(row)![1]!);
const FOUND = section('| query | is found in |').map((row) => /^\| `(.*?)` \| `(.*)` \|$/.exec(row)!.slice(1, 3) as [string, string]);

test('both tables are there', () => {
  expect([QUERIES.length, FOUND.length]).toEqual([12, 12]);
});

test.each(QUERIES)('%s is a query', (query) => {
  expect(parse(print(parse(query)))).toEqual(parse(query));
});

test.each(FOUND)('%s is found in %s', (query, message) => {
  expect(compile(parse(query), () => ({}))({ ...emptyRecord(0, 'udp', '10.0.0.3'), message })).toBe(true);
});

test('the wrong query is explained as shown', () => {
  const shown = /```\n([\s\S]*?)\n```/.exec(README)![1]!;
  const query = shown.split('\n')[1]!.trim();
  let told = '';
  try {
    parse(query);
  } catch (error) {
    if (isCoded(error)) told = explain(error);
  }
  expect(told).toBe(shown);
});
