/**
 * The story that src/report/README.md shows: an instance of the example logs of os-log-merger migrates, and back. Where ../shared/corpus is (`npm test`
 * says when not): 14,650 lines of 22 files, read by their hosts; found by the plain finder, so that no index plays a part.
 */
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../src/model.ts';
import { openMemory } from '../../src/store/memory.ts';
import { tellStory } from '../../src/store/story.ts';
import { partsOf } from '../../src/store/story-render.ts';
import { PlainFinder, run } from '../store/plain-finder.ts';
import { hasCorpus, logs, recordsOf, WHERE } from './files.ts';

const INSTANCE = 'a18a5824-4215-4e24-bcfc-cb9f89f6bcbd';
const PORT = '2e6d0f35-cb87-4175-9d6f-c76ba1c75cc8';

/** As `stacktrail import --host c29 c29/*` reads them: the program is what the file is called. */
function records(): LogRecord[] {
  const files = logs().flatMap((file) => {
    const host = /live-migration\/(c\d+)\//.exec(file.name)?.[1];
    return host === undefined ? [] : [{ file, host, program: basename(file.name).replace(/\.log.*$/, '') }];
  });
  const all = files.flatMap(({ file, host, program }) => recordsOf(file).map((record) => ({ ...record, host, program })));
  return all.map((record, index) => ({ ...record, seq: index + 1 }));
}

test.skipIf(hasCorpus)(WHERE, () => expect(records()).toEqual([]));

describe.skipIf(!hasCorpus)('an instance that migrates, and back', () => {
  const all = hasCorpus ? records() : [];
  const store = openMemory();
  if (hasCorpus) store.append(all);
  const story = hasCorpus ? run(tellStory(new PlainFinder(store), { id: INSTANCE })) : { head: undefined!, ndjson: '' };
  const { head } = story;
  const told = [...partsOf(story)]
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { seq: number; host: string; program: string; message: string });

  test('is told from both hosts, and from every service that handled it', () => {
    expect(new Set(told.map(({ host }) => host))).toEqual(new Set(['c29', 'c30']));
    const programs = ['nova-api', 'nova-compute', 'nova-conductor', 'nova-consoleauth', 'nova-novncproxy', 'server', 'openvswitch-agent'];
    expect([...new Set(told.map(({ program }) => program))]).toEqual(expect.arrayContaining(programs));
  });

  test('has every line that names the instance or its port', () => {
    const seqs = new Set(told.map(({ seq }) => seq));
    const missing = all.filter(({ seq, message }) => (message.includes(INSTANCE) || message.includes(PORT)) && !seqs.has(seq));
    expect(missing.map(({ message }) => message.slice(0, 200))).toEqual([]);
  });

  test('is about things of its own: no address of a host or client, no other instance or port', () => {
    const of = (kind: string): string[] => head.entities.filter((entity) => entity.kind === kind).map(({ id }) => id);
    expect(of('ip')).toEqual(['192.168.200.6', '192.168.233.100']);
    expect([of('instance'), of('port'), of('mac'), of('domain')]).toEqual([
      [INSTANCE],
      [PORT],
      ['fa:16:3e:50:a3:46'],
      ['instance-00000004'],
    ]);
  });

  test('names its actions and events', () => {
    const operations = head.requests.map(({ operation }) => operation ?? '');
    expect(operations.filter((one) => one.endsWith('/action os-migrateLive'))).toHaveLength(2);
    expect(operations.filter((one) => one.endsWith('os-server-external-events network-vif-plugged')).length).toBeGreaterThan(1);
  });
});
