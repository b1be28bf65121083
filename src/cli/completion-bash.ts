/** The completion script for bash, 3.2 and later: no associative arrays, no bash-completion package. Pure. */
import type { Flag } from '../base/arguments.ts';
import { choicesOf, HELP, longNames, takesFile, takesFiles, wordsOf } from './completion-words.ts';
import type { Verb } from './verb.ts';

export function bashScript(verbs: readonly Verb[]): string {
  return `# Completion of stacktrail for bash; in ~/.bashrc: eval "$(stacktrail completion bash)"
_stacktrail() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}" words="" flags=""
  # --color=al comes as three words.
  if [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$current" = "=" ]; then current=""; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map((verb) => verb.name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "$verb $previous" in
${verbs.flatMap(valueCases).join('\n')}
  esac
  case "$verb" in
${verbs.map((verb) => verbCase(verb, verbs)).join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -o bashdefault -F _stacktrail stacktrail
`;
}

/** What completes the value of each flag: its words, files, or nothing. */
function valueCases(verb: Verb): string[] {
  return verb.flags
    .filter((flag) => flag.value !== undefined)
    .map(
      (flag) =>
        `    ${spellings(flag)
          .map((spelling) => `"${verb.name} ${spelling}"`)
          .join('|')}) ${valueAnswer(flag)} ;;`,
    );
}

function valueAnswer(flag: Flag): string {
  if (takesFile(flag)) return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return';
  const choices = choicesOf(flag);
  return choices.length === 0 ? 'COMPREPLY=(); return' : `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$current")); return`;
}

function spellings(flag: Flag): string[] {
  return [`--${flag.name}`, ...(flag.also ?? []).map((name) => `--${name}`), ...(flag.short === undefined ? [] : [`-${flag.short}`])];
}

function verbCase(verb: Verb, verbs: readonly Verb[]): string {
  const flags = [...verb.flags, HELP].flatMap(longNames).join(' ');
  const files = takesFiles(verb) ? ' case "$current" in -*) ;; *) compopt -o filenames -o default 2>/dev/null ;; esac;' : '';
  return `    ${verb.name}) flags="${flags}"; words="${wordsOf(verb, verbs).join(' ')}";${files} ;;`;
}
