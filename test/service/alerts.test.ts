/**
 * Alerts to real HTTP servers, with what was told in a real `state.db`: once each, grouped, tried again, resolved, over restarts; a receiver that is dead or
 * refuses holds up nobody; the bodies are what Alertmanager and Slack take.
 */
import { describe, expect, test } from 'vitest';
import { eventually } from '../e2e/program.ts';
import { newFolder } from '../store/sealed.ts';
import { heardAll, hook, receiver, scene, spike, told } from './alert-scene.ts';

test('spikes that open together are one message with evidence and links, once; what is over is told', async () => {
  const { url, heard } = await hook();
  const { spikes, counters } = scene([receiver('webhook', url, { headers: { authorization: 'Bearer x' } })]);
  const [one, two] = [
    spike(),
    spike({ kind: 'critical', level: 'CRITICAL', dependency: { kind: 'broker', address: '10.0.0.5:5672', services: [], hosts: [] } }),
  ];
  const quiet = [spike({ foldedInto: two.id }), spike({ snoozedUntil: '2100-01-01T00:00:00Z' }), spike({ maintenance: 'deploy' })];
  spikes.push(one, two, ...quiet);
  await heardAll(heard, two.title);
  expect(heard).toHaveLength(1);
  expect(heard[0]!.headers.authorization).toBe('Bearer x');
  expect(heard[0]!.body).toMatchObject({
    ...{ version: 1, type: 'alerts', receiver: 'webhook', status: 'firing' },
    alerts: [
      {
        ...{
          id: one.id,
          title: one.title,
          severity: 'warning',
          rule: '40 in 5 minutes',
          url: 'https://logs.example.org/?q=x',
          startsAt: one.since,
        },
        evidence: ['t c01 nova ERROR password=*** <!channel> lost', 't c01 nova ERROR password=*** <!channel> lost'],
      },
      { id: two.id, severity: 'critical', dependency: 'broker 10.0.0.5:5672' },
    ],
  });
  const until = new Date().toISOString();
  spikes[0] = { ...one, until };
  const last = spike();
  spikes.push(last);
  await heardAll(heard, last.title);
  expect(told(heard.slice(1)).toSorted()).toEqual([`firing ${last.title}`, `resolved ${one.title}`]);
  await eventually(() => expect(counters.read()['alerts.sent']).toBe(2));
});

test('a restart neither repeats nor forgets', async () => {
  const { url, heard, state } = await hook();
  const folder = newFolder();
  const known = spike();
  const first = scene([receiver('webhook', url)], { folder, spikes: [known] });
  await heardAll(heard, known.title);
  // While nobody listens one opens, and another opens and closes.
  state.status = 503;
  const [missed, short] = [spike(), spike()];
  first.spikes.push(missed, short);
  await eventually(() => expect(state.asked).toBeGreaterThan(1));
  await first.end();
  state.status = 200;
  const now = new Date().toISOString();
  scene([receiver('webhook', url)], { folder, spikes: [{ ...known, until: now }, missed, { ...short, until: now }] });
  await heardAll(heard, missed.title);
  expect(told(heard).toSorted()).toEqual(
    [`firing ${known.title}`, `firing ${missed.title}`, `resolved ${known.title}`, `resolved ${short.title}`].toSorted(),
  );
});

test('a receiver that is new hears what goes on, not what is over', async () => {
  const { url, heard } = await hook();
  const old = { since: '2020-01-01T00:00:00Z', found: '2020-01-01T00:00:00Z' };
  const [over, open] = [spike({ ...old, until: '2020-01-01T01:00:00Z' }), spike(old)];
  scene([receiver('webhook', url)], { spikes: [over, open] });
  await heardAll(heard, open.title);
  expect(told(heard)).toEqual([`firing ${open.title}`]);
});

describe('receivers that do not take it', () => {
  test('busy: tried again until it is taken; the others have heard long before', async () => {
    const [busy, well] = [await hook(), await hook()];
    busy.state.status = 503;
    const one = spike();
    const { counters } = scene([receiver('webhook', busy.url), receiver('slack', well.url)], { spikes: [one] });
    await heardAll(well.heard, one.title);
    await eventually(() => expect(busy.state.asked).toBeGreaterThan(2));
    busy.state.status = 200;
    await heardAll(busy.heard, one.title);
    expect(busy.heard).toHaveLength(1);
    expect(counters.read()['alerts.failed']).toBeGreaterThan(2);
    expect(counters.read()['alerts.dropped'] ?? 0).toBe(0);
  });

  test('refused for good: counted, and not sent again', async () => {
    const { url, heard, state } = await hook();
    state.status = 400;
    const [bad, good] = [spike(), spike()];
    const { spikes, counters } = scene([receiver('webhook', url)], { spikes: [bad] });
    await eventually(() => expect(counters.read()['alerts.dropped']).toBe(1));
    state.status = 200;
    spikes.push(good);
    await heardAll(heard, good.title);
    expect(told(heard)).toEqual([`firing ${good.title}`]);
  });

  test('hangs or is not there: it holds up neither others nor the end', async () => {
    const [hanging, well] = [await hook(), await hook()];
    hanging.state.status = 0;
    const one = spike();
    const { end, alerts } = scene(
      [receiver('webhook', hanging.url), receiver('slack', well.url), receiver('alertmanager', 'http://127.0.0.1:1')],
      {
        spikes: [one],
      },
    );
    await heardAll(well.heard, one.title);
    await eventually(() => expect(hanging.state.asked).toBe(1));
    await eventually(() => expect(alerts.status()[2]!.failures).toBeGreaterThan(2));
    await end();
  });

  test('more than so many messages an hour: the rest waits, and is told together', async () => {
    const { url, heard } = await hook();
    const { spikes, alerts } = scene([receiver('webhook', url)], { times: { perHour: 2, groupMs: 0 } });
    for (const expected of [1, 2]) {
      spikes.push(spike());
      await eventually(() => expect(heard).toHaveLength(expected));
    }
    spikes.push(spike());
    // A hundred looks later it has still heard of two.
    const other = await hook();
    alerts.configure([receiver('webhook', url), receiver('slack', other.url)]);
    await heardAll(other.heard, spikes[2]!.title);
    expect(heard).toHaveLength(2);
  });
});

test('Alertmanager: labels that stay the same, an end, and said again before it forgets', async () => {
  const { url, heard } = await hook();
  const target = url.replace('/hook/s3cret', '/');
  const one = spike();
  const { spikes } = scene([receiver('alertmanager', target.replace(/\/$/, ''))], { spikes: [one], times: { refreshMs: 50 } });
  await eventually(() => expect(heard.length).toBeGreaterThan(2));
  spikes[0] = { ...one, count: 900, until: new Date().toISOString() };
  await eventually(() => expect((heard.at(-1)!.body as { endsAt: string }[])[0]!.endsAt).toBe(spikes[0]!.until));
  expect(new Set(heard.map(({ path }) => path))).toEqual(new Set(['/api/v2/alerts']));
  expect(new Set(heard.map(({ body }) => JSON.stringify((body as { labels: object }[])[0]!.labels))).size).toBe(1);
  const [first] = heard[0]!.body as unknown as {
    labels: Record<string, string>;
    annotations: Record<string, string>;
    endsAt: string;
    generatorURL: string;
  }[];
  expect(first!.labels).toEqual({
    alertname: 'StacktrailSpike',
    spike: one.id,
    kind: 'growth',
    severity: 'warning',
    service: 'nova',
    host: 'c01',
    signature: 'a'.repeat(16),
  });
  expect(first).toMatchObject({
    annotations: { summary: one.title, description: '40 in 5 minutes' },
    startsAt: one.since,
    generatorURL: 'https://logs.example.org/?q=x',
  });
  expect(Date.parse(first!.endsAt)).toBeGreaterThan(Date.now());
});

test('Slack: nobody is called, links and blocks are ours', async () => {
  const { url, heard } = await hook();
  scene([receiver('slack', url)], { spikes: [spike({ title: '<!channel> <https://evil.example|x> `a` lost' })] });
  await eventually(() => expect(heard).toHaveLength(1));
  const body = heard[0]!.body as unknown as { text: string; blocks: { text: { type: string; text: string } }[] };
  const { text } = body.blocks[0]!.text;
  expect(text.match(/<[^>]*>/g)).toEqual(['<https://logs.example.org/?q=x|&lt;!channel&gt; &lt;https://evil.example¦x&gt; `a` lost>']);
  expect(text.match(/```/g)).toHaveLength(2);
  expect(body.text).toBe('[FIRING] &lt;!channel&gt; &lt;https://evil.example|x&gt; `a` lost');
});

test('a test alert says what each answered, and never the address', async () => {
  const [well, busy] = [await hook(), await hook()];
  busy.state.status = 500;
  const { alerts } = scene([
    receiver('webhook', well.url),
    receiver('slack', busy.url),
    receiver('mail', '', { to: ['a@example.org'] }),
    receiver('file', '/nowhere', { alerts: false }),
  ]);
  const answers = await alerts.test();
  expect(answers).toEqual([
    { receiver: 'webhook', kind: 'webhook', isTaken: true, answer: 'HTTP 200: ok' },
    { receiver: 'slack', kind: 'slack', isTaken: false, answer: 'HTTP 500: no' },
    { receiver: 'mail', kind: 'mail', isTaken: false, answer: 'there is no mail server; set smtp' },
  ]);
  expect(JSON.stringify(answers)).not.toContain('s3cret');
  expect(told(well.heard)).toEqual(['firing Test alert of Stacktrail']);
});
