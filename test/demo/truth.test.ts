/** What the cloud says really happened agrees with what it says in its lines. */
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../src/demo/act.ts';
import { Cloud } from '../../src/demo/cloud.ts';
import type { OperationTruth } from '../../src/demo/truth.ts';

const START_US = Date.UTC(2026, 2, 2) * 1000;
const EVENTS = 60_000;

const operations: OperationTruth[] = [];
const events: CloudEvent[] = [];
const cloud = new Cloud({ seed: 11, startUs: START_US, linesPerSecond: 100, onOperation: (truth) => operations.push(truth) });
while (events.length < EVENTS) events.push(cloud.next());
cloud.end();
/** Records are numbered from 1. */
const eventOf = (record: number): CloudEvent => events[record - 1]!;

describe('the truth', () => {
  it('has each record in one operation, and each operation once', () => {
    const records = operations.flatMap((operation) => operation.records);
    expect(records.length).toBe(EVENTS);
    expect(new Set(records).size).toBe(EVENTS);
    expect(Math.max(...records)).toBe(EVENTS);
    expect(new Set(operations.map(({ operation }) => operation)).size).toBe(operations.length);
  });

  it('names every kind of operation', () => {
    const kinds = new Set(operations.map(({ kind }) => kind));
    for (const kind of ['boot', 'delete', 'attach volume', 'live migration', 'image upload', 'token', 'token check', 'lease', 'noise'])
      expect(kinds).toContain(kind);
    const failed = new Set(operations.flatMap(({ faults }) => faults.map((fault) => fault.kind)));
    for (const kind of [
      'no valid host',
      'hypervisor refuses',
      'port binding failed',
      'image store away',
      'port never wired',
      'no address available',
      'broker away',
    ])
      expect(failed).toContain(kind);
  });

  it('gives to an instance every record that names it, and more', () => {
    const told = new Map<string, Set<number>>();
    for (const { instances } of operations)
      for (const [id, records] of Object.entries(instances)) {
        const set = told.get(id) ?? new Set();
        for (const record of records) set.add(record);
        told.set(id, set);
      }
    expect(told.size).toBeGreaterThan(20);
    for (const [index, { text, note }] of events.entries()) {
      const { instance } = note.ids;
      // A list of others' resources may name it by chance; what an operation did to it may not be missing.
      if (instance !== undefined && text.includes(instance)) expect(told.get(instance), text).toContain(index + 1);
    }
    let beyond = 0;
    for (const [id, records] of told) beyond += [...records].filter((record) => !eventOf(record).text.includes(id)).length;
    expect(beyond).toBeGreaterThan(1000);
  });

  it('gives to a request the records that carry it', () => {
    for (const { requests } of operations)
      for (const [id, records] of Object.entries(requests)) {
        expect(id).toMatch(/^(req-|tx)/);
        for (const record of records) expect(eventOf(record).root).toBe(id);
      }
  });

  it('says where each fault shows first', () => {
    const faults = operations.flatMap((operation) => operation.faults.map((fault) => ({ ...fault, text: eventOf(fault.record).text })));
    const sign: Record<string, RegExp> = {
      'no valid host': /returned 0 hosts/,
      'hypervisor refuses': /Instance failed to spawn: libvirt/,
      'port binding failed': /Failed to bind port/,
      'image store away': /not found/,
      'port never wired': /Timeout waiting for/,
      'no address available': /no address available/,
    };
    for (const [kind, pattern] of Object.entries(sign)) {
      const texts = faults.filter((fault) => fault.kind === kind).map(({ text }) => text);
      expect(texts.length, kind).toBeGreaterThan(0);
      for (const text of texts) expect(text).toMatch(pattern);
    }
  });

  it('has ids that the lines of the operation show', () => {
    for (const operation of operations.filter(({ kind, outcome, isCut }) => kind === 'boot' && outcome === 'ok' && !isCut)) {
      const text = operation.records.map((record) => eventOf(record).text).join('\n');
      for (const kind of ['instance', 'port', 'image', 'project']) expect(text).toContain(operation.ids[kind]!);
    }
  });
});

describe('an outage of the broker', () => {
  it('is a storm in all services that use it, and names it', () => {
    const outages = operations.filter(({ kind }) => kind === 'broker outage');
    expect(outages.length).toBeGreaterThan(0);
    for (const { records, faults } of outages) {
      expect(faults[0]).toMatchObject({ dependency: '10.0.0.10:5672', service: 'rabbitmq' });
      const lines = records.map(eventOf).filter(({ text }) => text.includes('AMQP server on 10.0.0.10:5672 is unreachable'));
      expect(lines.length).toBeGreaterThan(40);
      expect(new Set(lines.map(({ program }) => program)).size).toBeGreaterThan(8);
    }
  });
});

describe('clocks', () => {
  it('of a skewed host are wrong in header and body, the others are right', () => {
    const options = { seed: 3, startUs: START_US, linesPerSecond: 100 };
    const right = new Cloud(options);
    const wrong = new Cloud({ ...options, skewUs: { cmp01: 2_500_000 } });
    let skewed = 0;
    for (let count = 0; count < 3000; count++) {
      const [a, b] = [right.next(), wrong.next()];
      expect(b.stampUs - b.atUs).toBe(b.host === 'cmp01' ? 2_500_000 : 0);
      if (b.host === 'cmp01' && /^\d{4}-/.test(b.text)) {
        expect(
          Date.parse(`${b.text.slice(0, 10)}T${b.text.slice(11, 23)}Z`) - Date.parse(`${a.text.slice(0, 10)}T${a.text.slice(11, 23)}Z`),
        ).toBe(2500);
        skewed++;
      } else if (b.host !== 'cmp01') expect(b.text).toBe(a.text);
    }
    expect(skewed).toBeGreaterThan(50);
  });
});
