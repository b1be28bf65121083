/**
 * The command line: words and flags of one verb, by the verb's own table of flags. Understands
 * `--flag value`, `--flag=value`, `-n 5`, `-n5`, `-fi word`, `--no-flag` for switches, and `--` after
 * which everything is a word. Not here: what a value means (config-values.ts, the verbs).
 * A wrong flag is answered with the nearest right one; nothing is ignored.
 */
import { environmentName, flagName, SETTINGS, type SettingName } from '../../config/keys.ts';
import { CodedError } from './errors.ts';
import { didYouMean } from './nearest.ts';

export interface Flag {
  /** Without the dashes: `udp-receiver`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Other long names of the same flag. */
  readonly also?: readonly string[];
  /** What stands for the value in the help: `HOST:PORT`. Absent: a switch, which `--no-…` turns off. */
  readonly value?: string;
  readonly say: string;
}

export interface Arguments {
  readonly words: readonly string[];
  /** Value of a flag, the last one if it was repeated. */
  text(name: string): string | undefined;
  /** All values of a flag that may be repeated. */
  all(name: string): readonly string[];
  /** A switch: true, false (`--no-…`), undefined when not given. */
  is(name: string): boolean | undefined;
}

const VALUE_WORDS: Record<string, string> = {
  path: 'PATH',
  address: 'HOST:PORT',
  url: 'URL',
  bytes: 'BYTES',
  zone: 'OFFSET',
  zones: 'HOST=ZONE,…',
  facilities: 'localN=SERVICE,…',
  duration: 'TIME',
  space: 'BYTES|PERCENT%',
  names: 'NAME,…',
  peers: 'NAME,…',
  networks: 'NETWORK,…',
  count: 'COUNT',
  wait: 'TIME',
  files: 'GLOB,…',
};

/** The flags of settings, for a verb's table and its help. */
export function settingFlags(names: readonly SettingName[]): Flag[] {
  return names.map((name) => {
    const setting = SETTINGS.find((one) => one.name === name);
    if (setting === undefined) throw new Error(`BUG: no setting ${name}`);
    const value = setting.type === 'choice' ? setting.choices.join('|') : (VALUE_WORDS[setting.type] ?? 'TEXT');
    const ways = setting.default === undefined ? '' : `; default ${setting.default}`;
    return { name: flagName(name), value, say: `${setting.say} (${environmentName(name)}${ways})` };
  });
}

interface Reading {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly words: string[];
  readonly values: Map<string, string[]>;
  readonly switches: Map<string, boolean>;
  /** What is left to read. */
  readonly rest: string[];
}

/** Reads the words behind a verb; throws `bad-argument`. */
export function parseArguments(flags: readonly Flag[], argv: readonly string[]): Arguments {
  const reading: Reading = { flags: byName(flags), words: [], values: new Map(), switches: new Map(), rest: [...argv] };
  for (let word = reading.rest.shift(); word !== undefined; word = reading.rest.shift()) {
    if (word === '--') {
      reading.words.push(...reading.rest.splice(0));
    } else if (word.startsWith('--')) readLong(reading, word.slice(2));
    else if (word.startsWith('-') && word.length > 1) readShort(reading, word.slice(1));
    // A lone `-` is the word for stdin.
    else reading.words.push(word);
  }
  const { words, values, switches } = reading;
  return {
    words,
    text: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    is: (name) => switches.get(name),
  };
}

function byName(flags: readonly Flag[]): Map<string, Flag> {
  const table = new Map<string, Flag>();
  for (const flag of flags) {
    const spellings = [`--${flag.name}`, ...(flag.also ?? []).map((name) => `--${name}`), ...(flag.short ? [`-${flag.short}`] : [])];
    for (const spelling of spellings) {
      if (table.has(spelling)) throw new Error(`BUG: two flags are spelled ${spelling}`);
      table.set(spelling, flag);
    }
  }
  return table;
}

function readLong(reading: Reading, text: string): void {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const flag = reading.flags.get(`--${name}`);
  if (flag?.value !== undefined) {
    addValue(reading, flag, { spelling: `--${name}`, given: equals < 0 ? undefined : text.slice(equals + 1) });
    return;
  }
  const denied = flag ? undefined : negated(reading, name);
  const switched = flag ?? denied;
  if (switched === undefined) throw unknown(reading, `--${name}`);
  if (equals >= 0) throw new CodedError('bad-argument', `--${name} takes no value`);
  reading.switches.set(switched.name, denied === undefined);
}

function negated(reading: Reading, name: string): Flag | undefined {
  const flag = name.startsWith('no-') ? reading.flags.get(`--${name.slice(3)}`) : undefined;
  return flag?.value === undefined ? flag : undefined;
}

function readShort(reading: Reading, letters: string): void {
  for (let index = 0; index < letters.length; index++) {
    const flag = reading.flags.get(`-${letters[index]}`);
    if (flag === undefined) throw unknown(reading, index === 0 && letters.length > 1 ? `-${letters}` : `-${letters[index]}`);
    if (flag.value !== undefined) {
      const behind = letters.slice(index + 1);
      addValue(reading, flag, { spelling: `-${letters[index]}`, given: behind === '' ? undefined : behind.replace(/^=/, '') });
      return;
    }
    reading.switches.set(flag.name, true);
  }
}

/** What of a flag's spelling goes into a message; the rest of a long one is a query, not a flag. */
const SPELLING_CHARS_MAX = 40;

function addValue(reading: Reading, flag: Flag, word: { spelling: string; given: string | undefined }): void {
  const { spelling, given } = word;
  const value = given ?? reading.rest.shift();
  if (value === undefined) throw new CodedError('bad-argument', `${spelling} needs a value: ${spelling} ${flag.value}`);
  if (given === undefined && reading.flags.has(value.replace(/=.*/s, ''))) {
    throw new CodedError(
      'bad-argument',
      `${spelling} needs a value: ${spelling} ${flag.value} (${value} is a flag; write ${spelling}=${value} if it is meant)`,
    );
  }
  const values = reading.values.get(flag.name) ?? [];
  values.push(value);
  reading.values.set(flag.name, values);
}

function unknown(reading: Reading, spelling: string): CodedError {
  const shown = spelling.length > SPELLING_CHARS_MAX ? `${spelling.slice(0, SPELLING_CHARS_MAX)}…` : spelling;
  const dashed = spelling.startsWith('--') ? spelling : `-${spelling}`;
  const meant = didYouMean(
    dashed,
    [...reading.flags.keys()].filter((known) => known.startsWith('--')),
  );
  const hint = meant === '' ? '; --help lists the flags, and -- before it makes it a word' : meant;
  return new CodedError('bad-argument', `${shown} is not a flag here${hint}`);
}
