/** Rules of error groups in a configuration file: what is read, and that a wrong one says where it stands and what would be right. */
import { expect, test } from 'vitest';
import { readConfigText } from '../../src/base/config.ts';

const refused = (message: RegExp) => expect.objectContaining({ code: 'bad-setting', message: expect.stringMatching(message) });

test('rules in their order, beside settings', () => {
  const { site } = readConfigText(
    "log: {level: warn}\nerrors:\n  - name: broker\n    merge: {shape: '*AMQP*', logger: 'oslo*'}\n  - name: noise\n    ignore: {signature: 28c63adef692839d}\n" +
      '  - name: by-host\n    split: {exception: MessagingTimeout}\n    by: host\n',
    'c.yaml',
  );
  expect(site.errors).toEqual([
    { name: 'broker', does: 'merge', match: { shape: '*AMQP*', logger: 'oslo*' }, place: 'c.yaml:3:5' },
    { name: 'noise', does: 'ignore', match: { signature: '28c63adef692839d' }, place: 'c.yaml:5:5' },
    { name: 'by-host', does: 'split', match: { exception: 'MessagingTimeout' }, by: 'host', place: 'c.yaml:7:5' },
  ]);
  expect(readConfigText('errors: []\n', 'c.yaml').site.errors).toEqual([]);
  expect(readConfigText('udp: off\n', 'c.yaml').site.errors).toBeUndefined();
});

test.each<[text: string, message: RegExp]>([
  ['errors: {a: b}\n', /^c\.yaml:1:9: errors is a list/],
  ['errors:\n  - x\n', /^c\.yaml:2:5: a rule is written as/],
  ['errors:\n  - name: a\n    megre: {shape: x}\n', /^c\.yaml:3:5: megre is no part of a rule; did you mean merge\?$/],
  ['errors:\n  - merge: {shape: x}\n', /^c\.yaml:2:5: a rule without name$/],
  ['errors:\n  - name: a b\n    merge: {shape: x}\n', /^c\.yaml:2:11: "a b" is no name/],
  ['errors:\n  - name: a\n', /^c\.yaml:2:5: the rule a needs one of merge, split, ignore$/],
  ['errors:\n  - name: a\n    merge: {shape: x}\n    ignore: {shape: y}\n', /the rule a needs one of/],
  ['errors:\n  - name: a\n    split: {shape: x}\n', /^c\.yaml:2:5: the rule a splits, but not by what/],
  ['errors:\n  - name: a\n    split: {shape: x}\n    by: day\n', /^c\.yaml:4:9: by is service or host, not "day"$/],
  ['errors:\n  - name: a\n    merge: {shape: x}\n    by: host\n', /^c\.yaml:4:9: by belongs to split$/],
  ['errors:\n  - name: a\n    merge: x\n', /^c\.yaml:3:12: the rule a says of no group what it is/],
  ['errors:\n  - name: a\n    merge: {shap: x}\n', /^c\.yaml:3:13: shap is nothing that a rule can look at; did you mean shape\?$/],
  ['errors:\n  - name: a\n    merge: {shape: [x]}\n', /^c\.yaml:3:20: shape has no single value$/],
  ['errors:\n  - name: a\n    merge: {shape: x}\n  - name: a\n    merge: {shape: y}\n', /^c\.yaml:4:5: a second rule a$/],
  ['erors: []\n', /^c\.yaml:1:1: erors is not a setting; did you mean errors\?$/],
])('%j is refused', (text, message) => {
  expect(() => readConfigText(text, 'c.yaml')).toThrow(refused(message));
});
