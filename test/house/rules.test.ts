/**
 * Each house rule on wrong and right examples: a rule that cannot fail proves nothing.
 */
import { expect, test } from 'vitest';
import { codeOf, importsOf, RULES, resolvePath, type SourceFile } from './rules.ts';

const file = (path: string, text: string): SourceFile => ({ path, text: `/** What it is. */\n${text}` });

/** Rule, files, a part of the finding; `undefined`: the example is right. */
const CASES: readonly [string, string, SourceFile[], string | undefined][] = [
  ['arrows point one way', 'down', [file('src/api/a.ts', "import { x } from '../base/x.ts';")], undefined],
  ['arrows point one way', 'up', [file('src/base/a.ts', "import { x } from '../api/x.ts';")], 'arrows point down'],
  ['arrows point one way', 'up, a type', [file('src/base/a.ts', "import type { X } from '../store/x.ts';")], 'arrows point down'],
  [
    'arrows point one way',
    'up, several lines',
    [file('src/base/a.ts', "import {\n  x,\n  y,\n} from '../api/x.ts';")],
    'arrows point down',
  ],
  ['arrows point one way', 'up, re-exported', [file('src/base/a.ts', "export * from '../api/x.ts';")], 'arrows point down'],
  ['arrows point one way', 'up, for its effect', [file('src/base/a.ts', "import '../api/x.ts';")], 'arrows point down'],
  ['arrows point one way', 'up, later', [file('src/base/a.ts', "const x = await import('../api/x.ts');")], 'arrows point down'],
  [
    'arrows point one way',
    'up, a worker',
    [file('src/base/a.ts', "new Worker(new URL('../api/x.ts', import.meta.url));")],
    'arrows point down',
  ],
  ['arrows point one way', 'behind a comment', [file('src/base/a.ts', "/* x */ import { x } from '../api/x.ts';")], 'arrows point down'],
  ['arrows point one way', 'only in a comment', [file('src/base/a.ts', "// import { x } from '../api/x.ts';")], undefined],
  ['arrows point one way', 'neighbours', [file('src/store/a.ts', "import { x } from '../receive/x.ts';")], 'neighbours'],
  ['arrows point one way', 'neighbours, pure', [file('parsers/a.ts', "import { x } from '../src/query/x.ts';")], 'neighbours'],
  ['arrows point one way', 'within a folder', [file('src/store/a.ts', "import { x } from './x.ts';")], undefined],
  ['arrows point one way', 'ingest and its folder', [file('src/ingest.ts', "import { x } from './ingest/x.ts';")], undefined],
  ['arrows point one way', 'follow is of the api', [file('src/follow.ts', "import { x } from './service.ts';")], 'arrows point down'],
  ['arrows point one way', 'demo and a parser', [file('src/demo/a.ts', "import { x } from '../../parsers/x.ts';")], 'demo imports only'],
  ['arrows point one way', 'demo and base', [file('src/demo/a.ts', "import { x } from '../base/x.ts';")], undefined],
  [
    'arrows point one way',
    'a test in the program',
    [file('src/cli/a.ts', "import { x } from '../../test/x.ts';")],
    'no part of the program',
  ],
  ['arrows point one way', 'no ending', [file('src/cli/a.ts', "import { x } from './x';")], 'without its .ts'],
  ['arrows point one way', 'a folder of no floor', [file('src/misc/a.ts', '')], 'no floor'],
  ['arrows point one way', 'web, a type', [file('web/a.ts', "import type { X } from '../src/model.ts';")], undefined],
  ['arrows point one way', 'web, code', [file('web/a.ts', "import { x } from '../src/base/time.ts';")], 'only types'],
  ['arrows point one way', 'web, code among types', [file('web/a.ts', "import { type X } from '../src/model.ts';")], 'only types'],
  ['parsers, query and report are pure', 'disk', [file('parsers/a.ts', "import { readFileSync } from 'node:fs';")], 'node:fs'],
  [
    'parsers, query and report are pure',
    'disk, promised',
    [file('src/query/a.ts', "import { open } from 'node:fs/promises';")],
    'node:fs/promises',
  ],
  ['parsers, query and report are pure', 'network', [file('src/report/a.ts', "import net from 'node:net';")], 'node:net'],
  [
    'parsers, query and report are pure',
    'processes',
    [file('parsers/a.ts', "import { spawn } from 'node:child_process';")],
    'child_process',
  ],
  ['parsers, query and report are pure', 'the clock', [file('parsers/a.ts', 'const now = Date.now();')], 'Date.now'],
  ['parsers, query and report are pure', 'the date of today', [file('parsers/a.ts', 'const now = new Date( );')], 'new Date'],
  ['parsers, query and report are pure', 'a given date', [file('parsers/a.ts', 'const then = new Date(timeMs);')], undefined],
  ['parsers, query and report are pure', 'a stop-watch', [file('src/query/a.ts', 'performance.now();')], 'performance'],
  ['parsers, query and report are pure', 'environment', [file('src/query/a.ts', 'const a = process.env.A;')], 'process'],
  ['parsers, query and report are pure', 'inside a template', [file('src/query/a.ts', 'const a = `at ${Date.now()}`;')], 'Date.now'],
  [
    'parsers, query and report are pure',
    'text that looks like it',
    [file('parsers/a.ts', "const sample = 'oslo process.run Date.now()'; // Date.now()")],
    undefined,
  ],
  [
    'parsers, query and report are pure',
    'through others',
    [
      file('parsers/a.ts', "import { x } from '../src/base/x.ts';"),
      file('src/base/x.ts', "import './y.ts';"),
      file('src/base/y.ts', 'Date.now();'),
    ],
    'imports src/base/y.ts, which uses Date.now',
  ],
  [
    'parsers, query and report are pure',
    'types of others',
    [file('parsers/a.ts', "import type { X } from '../src/base/x.ts';"), file('src/base/x.ts', 'Date.now();')],
    undefined,
  ],
  ['parsers, query and report are pure', 'elsewhere', [file('src/store/a.ts', "import fs from 'node:fs'; Date.now();")], undefined],
  [
    'one door per package',
    'two doors',
    [file('src/base/a.ts', "import { pino } from 'pino';"), file('src/api/b.ts', "import { pino } from 'pino';")],
    'pino',
  ],
  [
    'one door per package',
    'a type is a door',
    [file('src/api/a.ts', "import f from 'fastify';"), file('src/api/b.ts', "import type { F } from 'fastify';")],
    'fastify',
  ],
  [
    'one door per package',
    'a part of it',
    [file('src/a.ts', "import a from '@x/y/a';"), file('src/b.ts', "import b from '@x/y/b';")],
    '@x/y',
  ],
  [
    'one door per package',
    'tests',
    [file('test/a.test.ts', "import { test } from 'vitest';"), file('test/b.test.ts', "import { test } from 'vitest';")],
    undefined,
  ],
  [
    'one door per package',
    'Node',
    [file('src/base/a.ts', "import fs from 'node:fs';"), file('src/api/b.ts', "import fs from 'node:fs';")],
    undefined,
  ],
  ['no file over 300 lines', '301', [file('src/base/a.ts', '\n'.repeat(300))], '301 lines'],
  ['no file over 300 lines', '300', [file('src/base/a.ts', '\n'.repeat(299))], undefined],
  ['files are named after their subject', 'a drawer', [file('src/base/string-utils.ts', '')], 'util'],
  ['files are named after their subject', 'a manager', [file('src/store/DayManager.ts', '')], 'Manager'],
  ['files are named after their subject', 'a folder is not asked', [file('src/base/time.ts', '')], undefined],
  ['every file begins with a comment', 'none', [{ path: 'src/base/a.ts', text: "import x from './x.ts';\n" }], 'comment'],
  ['every file begins with a comment', 'empty', [{ path: 'src/base/a.ts', text: '/**/\n' }], 'comment'],
  [
    'every file begins with a comment',
    'after a shebang',
    [{ path: 'src/base/a.ts', text: '#!/usr/bin/env node\n// What it is.\n' }],
    undefined,
  ],
  ['nothing inherits but errors', 'a receiver', [file('src/receive/a.ts', 'class Udp extends Receiver {}')], 'Udp inherits from Receiver'],
  ['nothing inherits but errors', 'foreign types', [file('src/receive/a.d.ts', 'class Foreign extends EventEmitter {}')], undefined],
  ['nothing inherits but errors', 'an error', [file('src/base/a.ts', 'export class Wrong extends Error {}')], undefined],
];

test.each(CASES)('%s: %s', (rule, _what, files, want) => {
  const findings = RULES[rule]!(files);
  if (want === undefined) expect(findings).toEqual([]);
  else expect(findings.join('\n')).toContain(want);
});

test('every rule has an example that fails and one that passes', () => {
  for (const rule of Object.keys(RULES)) {
    const wants = CASES.filter((one) => one[0] === rule).map((one) => one[3] !== undefined);
    expect([rule, new Set(wants).size]).toEqual([rule, 2]);
  }
});

test('code is read without comments, strings and regular expressions', () => {
  expect(codeOf("a(/['\"]/, 'b'); // c", 'blank').trim()).toBe("a(/x/, '');");
  expect(codeOf('const url = `http://x`; /* y */ z').trimEnd()).toBe('const url = `http://x`;         z');
  expect(importsOf("import type from './type.ts';")).toEqual([{ from: './type.ts', typeOnly: false }]);
  expect(resolvePath('src/api/routes/a.ts', '../../base/b.ts')).toBe('src/base/b.ts');
});
