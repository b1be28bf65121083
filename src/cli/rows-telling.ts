/**
 * Rows of the verbs that need neither server nor data: help, version. verbs.ts is the table.
 */
import type { Verb } from './verb.ts';

export const help: Verb = {
  name: 'help',
  words: '[VERB]',
  wordsMax: 1,
  say: 'The verbs, or one of them with its flags and examples',
  flags: [],
  examples: [{ words: 'help search', does: 'the same as search --help' }],
  load: () => import('./help.ts'),
};

export const version: Verb = {
  name: 'version',
  words: '',
  wordsMax: 0,
  say: 'The version of Stacktrail',
  flags: [],
  examples: [],
  load: () => import('./version.ts'),
};
