/** Completion: the scripts, run by the real shells, offer what the table of verbs has; a shell that is not installed is said to be skipped. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';
import { testShell } from './shell.ts';

async function scriptOf(name: string): Promise<string> {
  const shell = testShell();
  expect(await shell.run('completion', name)).toBe(0);
  return shell.out();
}

function has(name: string): boolean {
  const isThere = spawnSync(name, ['--version']).error === undefined;
  if (!isThere) process.stderr.write(`skipped: ${name} is not installed; its completion script is not run\n`);
  return isThere;
}

/** What bash offers behind these words; the last one is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const typed = ['stacktrail', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `${await scriptOf('bash')}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _stacktrail; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', ask], { encoding: 'utf8', cwd: import.meta.dirname });
  // compopt speaks up outside of a real completion, and is silenced in the script.
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('bash: every verb and every flag of it', async () => {
  expect(await offered('')).toEqual([...VERBS.map((verb) => verb.name), '--help', '--version']);
  for (const verb of VERBS)
    expect(await offered(verb.name, '--')).toEqual(expect.arrayContaining([...verb.flags.map((flag) => `--${flag.name}`), '--help']));
});

test.each<[string[], string[]]>([
  [['sea'], ['search']],
  [
    ['search', '--direction', ''],
    ['backward', 'forward'],
  ],
  [['search', '--direction', 'f'], ['forward']],
  [['search', '--direction', '=', 'f'], ['forward']],
  [
    ['search', '--direction', '='],
    ['backward', 'forward'],
  ],
  [['search', '--since', ''], []],
  [['status', '-o', 'j'], ['json']],
  [['serve', '--log-level', 'w'], ['warn']],
  [['serve', '--config', 'completion.t'], ['completion.test.ts']],
  [['parse', '--no'], ['--no-join']],
  [['help', 'ser'], ['serve']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['config', 'ch'], ['check']],
  [['status', 'x'], []],
  [['nonsense', ''], []],
])('bash: %j offers %j', async (words, want) => {
  expect(await offered(...words)).toEqual(want);
});

test.each(['zsh', 'fish'])('%s reads its script, which names every verb and flag', async (name) => {
  const script = await scriptOf(name);
  for (const verb of VERBS) {
    expect(script).toContain(verb.name);
    for (const flag of verb.flags) expect(script).toContain(name === 'fish' ? `-l ${flag.name}` : `--${flag.name}`);
  }
  // Every quote that was opened is closed: outside of quoted parts nothing is left that a shell would expand.
  const code = script.replace(/^#.*$/gm, '').replace(name === 'fish' ? /'(?:\\.|[^'\\])*'/g : /'[^']*'|\\'/g, '');
  expect(code).not.toMatch(/['`"]/);
});

test.skipIf(!has('zsh'))('zsh: the script is read, and defines the completion', async () => {
  const ask = `autoload -U compinit; compinit -D; ${await scriptOf('zsh')}\nprint $_comps[stacktrail]; which _stacktrail | head -1`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', ask], { encoding: 'utf8' });
  expect([stderr, stdout.split('\n')[0]]).toEqual(['', '_stacktrail']);
});

test.skipIf(!has('fish'))('fish: verbs and words of flags', async () => {
  const ask = (line: string): string[] => {
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source /dev/stdin; complete -C '${line}'`], {
      encoding: 'utf8',
      input: script,
    });
    return stdout
      .trimEnd()
      .split('\n')
      .map((one) => one.split('\t')[0]!);
  };
  const script = await scriptOf('fish');
  expect(ask('stacktrail sea')).toEqual(['search']);
  expect(ask('stacktrail search --direction ')).toEqual(['backward', 'forward']);
});
