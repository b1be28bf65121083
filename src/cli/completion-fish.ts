/** The completion script for fish: one `complete` for each verb and flag. Pure. */
import { choicesOf, HELP, longNames, takesFile, takesFiles, wordsOf } from './completion-words.ts';
import type { Verb } from './verb.ts';

export function fishScript(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap((verb) => [
    `complete -c stacktrail -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(verb.say)}`,
    ...wordLines(verb, verbs),
    ...flagLines(verb),
  ]);
  return [
    '# Completion of stacktrail for fish; in ~/.config/fish/completions/stacktrail.fish, or: stacktrail completion fish | source',
    ...lines,
    '',
  ].join('\n');
}

function wordLines(verb: Verb, verbs: readonly Verb[]): string[] {
  const words = wordsOf(verb, verbs);
  if (takesFiles(verb) && words.length === 0) return [];
  const files = takesFiles(verb) ? '-F' : '-f';
  return [
    `complete -c stacktrail -n '__fish_seen_subcommand_from ${verb.name}' ${files}${words.length === 0 ? '' : ` -a ${quoted(words.join(' '))}`}`,
  ];
}

function flagLines(verb: Verb): string[] {
  return [...verb.flags, HELP].flatMap((flag) => {
    const choices = choicesOf(flag);
    const value =
      flag.value === undefined ? '' : takesFile(flag) ? ' -r -F' : choices.length === 0 ? ' -x' : ` -x -a ${quoted(choices.join(' '))}`;
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
    return longNames(flag).map(
      (name, index) =>
        `complete -c stacktrail -n '__fish_seen_subcommand_from ${verb.name}' -l ${name.slice(2)}${index === 0 ? short : ''}${value} -d ${quoted(flag.say)}`,
    );
  });
}

/** In fish only \\ and ' mean something between single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
