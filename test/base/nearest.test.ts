/** "Did you mean": near words are offered, far ones are not. */
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/base/nearest.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'acb', 1],
  ['sinse', 'since', 1],
  ['reciever', 'receiver', 1],
  ['kitten', 'sitting', 3],
])('%j and %j are %i apart', (left, right, want) => {
  expect(editDistance(left, right)).toBe(want);
  expect(editDistance(right, left)).toBe(want);
});

const CHOICES = ['data', 'udp', 'udp.receiver', 'udp.receiveBufferBytes', 'store.engine'];
test.each([
  ['dta', 'data'],
  ['UDP', 'udp'],
  ['udp.reciever', 'udp.receiver'],
  ['udp.receivebufferbytes', 'udp.receiveBufferBytes'],
  ['store', 'store.engine'],
  ['xyz', undefined],
  ['', undefined],
  ['a'.repeat(100_000), undefined],
])('%.30s means %s', (word, want) => {
  expect(nearest(word, CHOICES)).toBe(want);
});

test('the sentence', () => {
  expect(didYouMean('dta', CHOICES)).toBe('; did you mean data?');
  expect(didYouMean('dta', CHOICES, '--')).toBe('; did you mean --data?');
  expect(didYouMean('xyz', CHOICES)).toBe('');
});
