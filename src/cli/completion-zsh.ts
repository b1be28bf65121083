/** The completion script for zsh, by its own _arguments: every flag comes with its sentence. Pure. */
import type { Flag } from '../base/arguments.ts';
import { choicesOf, HELP, longNames, takesFile, takesFiles, wordsOf } from './completion-words.ts';
import type { Verb } from './verb.ts';

export function zshScript(verbs: readonly Verb[]): string {
  return `#compdef stacktrail
# Completion of stacktrail for zsh; in ~/.zshrc after compinit: eval "$(stacktrail completion zsh)"
_stacktrail() {
  local -a verbs
  verbs=(
${verbs.map((verb) => `    ${quoted(`${verb.name}:${verb.say}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t verbs verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${verbs.map((verb) => verbCase(verb, verbs)).join('\n')}
  esac
}
compdef _stacktrail stacktrail
`;
}

function verbCase(verb: Verb, verbs: readonly Verb[]): string {
  const specs = [...verb.flags, HELP].flatMap(flagSpecs);
  const words = wordsOf(verb, verbs);
  const behind = takesFiles(verb) ? '*:file:_files' : words.length > 0 ? `*:word:(${words.join(' ')})` : '*: :';
  return `    ${verb.name}) _arguments -s ${[...specs, quoted(behind)].join(' \\\n      ')} ;;`;
}

/** `--limit=[sentence]:COUNT:(words)`; both spellings of one flag exclude each other. */
function flagSpecs(flag: Flag): string[] {
  const sentence = `[${flag.say.replace(/[[\]\\]/g, '\\$&')}]`;
  const value = flag.value === undefined ? '' : `:${flag.value.replaceAll(':', '\\:')}:${valueAction(flag)}`;
  const spellings = flag.value === undefined ? longNames(flag) : [`--${flag.name}=`];
  const short = flag.short === undefined ? [] : [`-${flag.short}${flag.value === undefined ? '' : '+'}`];
  return [...short, ...spellings].map((spelling) => quoted(`*${spelling}${sentence}${value}`));
}

function valueAction(flag: Flag): string {
  if (takesFile(flag)) return '_files';
  const choices = choicesOf(flag);
  return choices.length === 0 ? '' : `(${choices.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
