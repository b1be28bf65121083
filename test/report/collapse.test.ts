/** What is folded below an outage, rule by rule; whole outages are in spikes.test.ts. */
import { expect, test } from 'vitest';
import { folds, type Root } from '../../src/report/collapse.ts';

const broker: Root = { kind: 'broker', address: 'ctl01:5672', sinceMinute: 100, untilMinute: 110, services: ['nova', 'neutron'] };

test.for([
  { name: 'a service that complains of it', sinceMinute: 101, services: ['nova'], want: true },
  { name: 'the broker itself', sinceMinute: 100, services: ['rabbitmq'], want: true },
  { name: 'the broker itself, later', sinceMinute: 116, services: ['rabbitmq'], want: false },
  { name: 'the broker itself, which complains of a database', sinceMinute: 101, services: ['rabbitmq'], of: 'database', want: false },
  { name: 'the database', sinceMinute: 101, services: ['mysql'], want: false },
  { name: 'another service', sinceMinute: 101, services: ['swift'], want: false },
  { name: 'another service that complains of a broker', sinceMinute: 101, services: ['swift'], of: 'broker', want: true },
  { name: 'what began long before', sinceMinute: 97, services: ['nova'], want: false },
] as const)('below an outage of a broker: $name', ({ want, ...one }) => {
  const complaint = 'of' in one && one.of !== undefined ? { complaint: { kind: one.of } } : {};
  expect(folds(broker, { sinceMinute: one.sinceMinute, services: one.services, ...complaint })).toBe(want);
});

test.for([
  { share: 0.75, want: true },
  { share: 0.74, want: false },
])('what seems to have begun long before, with $share of its errors since: $want', ({ share, want }) => {
  const asked: number[] = [];
  const shareSince = (minute: number): number => {
    asked.push(minute);
    return share;
  };
  expect(folds(broker, { sinceMinute: 90, services: ['nova'], shareSince })).toBe(want);
  expect(asked).toEqual([98]);
  // After it is after it, whatever came within.
  expect(folds(broker, { sinceMinute: 116, services: ['nova'], shareSince: () => 1 })).toBe(false);
});

test.for([
  ['database', 'mysql'],
  ['keystone', 'keystone'],
] as const)('an outage of a %s takes what %s says of itself', ([kind, service]) => {
  expect(folds({ ...broker, kind }, { sinceMinute: 101, services: [service] })).toBe(true);
});
