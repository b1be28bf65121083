/**
 * Severity words and numbers: which words programs print for a level, and which level a PRI stands for.
 * Not here: which of the two wins (index.ts). Sources: python logging, oslo.log (AUDIT until Kilo, TRACE
 * since 1.8.0), old hand-written formats for WARN, FATAL, NOTICE; RFC 5424 table 2 for severities.
 */
import type { Level } from '../src/model.ts';

export interface LevelWord {
  readonly word: string;
  readonly level: Level;
  /** Printed as it is: the level cannot give this word back. */
  readonly alias: boolean;
}

export const LEVEL_WORDS: readonly LevelWord[] = [
  { word: 'DEBUG', level: 'DEBUG', alias: false },
  { word: 'TRACE', level: 'TRACE', alias: false },
  { word: 'INFO', level: 'INFO', alias: false },
  { word: 'AUDIT', level: 'AUDIT', alias: false },
  { word: 'WARNING', level: 'WARNING', alias: false },
  { word: 'ERROR', level: 'ERROR', alias: false },
  { word: 'CRITICAL', level: 'CRITICAL', alias: false },
  { word: 'WARN', level: 'WARNING', alias: true },
  { word: 'FATAL', level: 'CRITICAL', alias: true },
  { word: 'NOTICE', level: 'INFO', alias: true },
];

export const TRACE_WORD = 1;
export const ERROR_WORD = 5;

/** By first character: indexes into LEVEL_WORDS, longer words first. */
const BY_FIRST: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, code) =>
  LEVEL_WORDS.map((_word, index) => index)
    .filter((index) => LEVEL_WORDS[index]!.word.charCodeAt(0) === code)
    .sort((a, b) => LEVEL_WORDS[b]!.word.length - LEVEL_WORDS[a]!.word.length),
);
const NONE: readonly number[] = [];

/** Index of the level word at `at`, or -1. The caller checks what follows it. */
export function levelWordAt(text: string, at: number): number {
  const candidates = BY_FIRST[text.charCodeAt(at)] ?? NONE;
  for (let index = 0; index < candidates.length; index++) {
    if (text.startsWith(LEVEL_WORDS[candidates[index]!]!.word, at)) return candidates[index]!;
  }
  return -1;
}

/** PRI 0-2 CRITICAL, 3 ERROR, 4 WARNING, 5-6 INFO, 7 DEBUG (design, section 2). */
export const LEVEL_OF_SEVERITY: readonly Level[] = ['CRITICAL', 'CRITICAL', 'CRITICAL', 'ERROR', 'WARNING', 'INFO', 'INFO', 'DEBUG'];

/** What the daemons beside OpenStack print for a level, in lower case: libvirt, RabbitMQ, MySQL, Open vSwitch, Apache, nginx, haproxy. */
const DAEMON_LEVELS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...['debug', 'dbg'].map((word): [string, Level] => [word, 'DEBUG']),
  ...['trace', ...Array.from({ length: 8 }, (_, index) => `trace${index + 1}`)].map((word): [string, Level] => [word, 'TRACE']),
  ...['info', 'notice', 'note', 'system'].map((word): [string, Level] => [word, 'INFO']),
  ...['warning', 'warn'].map((word): [string, Level] => [word, 'WARNING']),
  ...['error', 'err'].map((word): [string, Level] => [word, 'ERROR']),
  ...['critical', 'crit', 'alert', 'emergency', 'emerg', 'emer', 'panic', 'fatal'].map((word): [string, Level] => [word, 'CRITICAL']),
]);

export function daemonLevel(word: string): Level | undefined {
  return DAEMON_LEVELS.get(word.toLowerCase());
}
