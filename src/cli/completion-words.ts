/** What can stand behind a verb and behind a flag, for the completion scripts; read off the table of verbs. Pure. */
import type { Flag } from '../base/arguments.ts';
import type { Verb } from './verb.ts';

/** `auto|always|never` names words; `HOST:PORT` does not. */
export function choicesOf(flag: Flag): readonly string[] {
  return flag.value !== undefined && /^[a-z0-9-]+(?:\|[a-z0-9-]+)+$/.test(flag.value) ? flag.value.split('|') : [];
}

export function takesFile(flag: Flag): boolean {
  return flag.value === 'PATH' || flag.value === 'FILE';
}

/** Words that a verb takes: `completion bash|zsh|fish`, `config [check [FILE]]`; for `help` the verbs themselves. */
export function wordsOf(verb: Verb, verbs: readonly Verb[]): readonly string[] {
  if (/\bVERB\b/.test(verb.words)) return verbs.map((one) => one.name);
  return [...verb.words.matchAll(/[a-z][a-z-]*/g)].map(([word]) => word);
}

export function takesFiles(verb: Verb): boolean {
  return /\b(?:FILE|DIR)\b/.test(verb.words);
}

/** A switch also has a form that denies it where its sentence speaks of one. */
export function longNames(flag: Flag): string[] {
  const denied = flag.value === undefined && flag.say.includes(`--no-${flag.name}`) ? [`--no-${flag.name}`] : [];
  return [`--${flag.name}`, ...denied];
}

export const HELP: Flag = { name: 'help', say: 'flags and examples' };
