import type { CompletedCommand } from './completion-model.js';
import { quoted, valueFunctions } from './shell-tables.js';

/** What reads the tables. */
const FUNCTIONS = `__causeway_offer() {
  case "$1" in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    directory) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    words*) mapfile -t COMPREPLY < <(compgen -W "\${1#words}" -- "$2") ;;
  esac
}
_causeway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before='' path='' skip='' count=0 word index REPLY
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ "$word" == '=' ]]; then continue; fi
    if [[ -n "$skip" ]]; then skip=''; before=''; continue; fi
    before=''
    if __causeway_takes_value "$word"; then skip=1; before="$word"; continue; fi
    if [[ "$word" == -* ]]; then continue; fi
    __causeway_commands "$path"
    if [[ " $REPLY " == *" $word "* ]]; then path="\${path:+$path }$word"; else count=$((count + 1)); fi
  done
  if [[ "$current" == '=' ]]; then current=''; fi
  if [[ -n "$before" ]]; then
    __causeway_value "$path|$before"
    __causeway_offer "$REPLY" "$current"
    return
  fi
  if [[ "$current" == --*=* ]]; then
    __causeway_value "$path|\${current%%=*}"
    __causeway_offer "$REPLY" "\${current#*=}"
    COMPREPLY=("\${COMPREPLY[@]/#/\${current%%=*}=}")
    return
  fi
  if [[ "$current" == -* ]]; then
    __causeway_options "$path"
    __causeway_offer "words $REPLY" "$current"
    return
  fi
  __causeway_commands "$path"
  if [[ -n "$REPLY" && $count == 0 ]]; then
    __causeway_offer "words $REPLY" "$current"
    return
  fi
  __causeway_value "$path|$((count + 1))"
  __causeway_offer "$REPLY" "$current"
}
complete -F _causeway causeway
`;

/** For bash 4 and later, without the bash-completion package. */
export function bashScript(model: readonly CompletedCommand[]): string {
  const commands = model.filter(({ commands: below }) => below.length > 0);
  return `# bash completion for causeway, printed by: causeway completion bash
__causeway_commands() {
  case "$1" in
${commands.map(({ path, commands: below }) => `    ${quoted(path)}) REPLY=${quoted(below.map(({ name }) => name).join(' '))} ;;`).join('\n')}
    *) REPLY='' ;;
  esac
}
__causeway_options() {
  case "$1" in
${model.map(({ path, options }) => `    ${quoted(path)}) REPLY=${quoted(options.flatMap(({ flags }) => flags).join(' '))} ;;`).join('\n')}
    *) REPLY='' ;;
  esac
}
${valueFunctions(model)}${FUNCTIONS}`;
}
