import type { CompletedCommand } from './completion-model.js';
import { quoted, valueFunctions } from './shell-tables.js';

/** What reads the tables. */
const FUNCTIONS = `__causeway_offer() {
  case "$1" in
    file) _files ;;
    directory) _files -/ ;;
    words*) compadd -- \${=1#words} ;;
    *) _message 'value' ;;
  esac
}
_causeway() {
  local before='' at='' skip='' word REPLY
  local -i count=0 index
  local -a reply
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if [[ -n "$skip" ]]; then skip=''; before=''; continue; fi
    before=''
    if __causeway_takes_value "$word"; then skip=1; before="$word"; continue; fi
    if [[ "$word" == -* ]]; then continue; fi
    __causeway_commands "$at"
    if (( \${reply[(I)\${(b)word}:*]} )); then at="\${at:+$at }$word"; else count+=1; fi
  done
  if [[ -n "$before" ]]; then
    __causeway_value "$at|$before"
    __causeway_offer "$REPLY"
    return
  fi
  if [[ "$PREFIX" == --*=* ]]; then
    __causeway_value "$at|\${PREFIX%%=*}"
    compset -P '*='
    __causeway_offer "$REPLY"
    return
  fi
  if [[ "$PREFIX" == -* ]]; then
    __causeway_options "$at"
    _describe -o 'option' reply
    return
  fi
  __causeway_commands "$at"
  if (( \${#reply} && ! count )); then
    _describe 'command' reply
    return
  fi
  __causeway_value "$at|$((count + 1))"
  __causeway_offer "$REPLY"
}
if [[ "\${funcstack[1]}" == _causeway ]]; then _causeway "$@"; else compdef _causeway causeway; fi
`;

/** For a folder of `$fpath`, as the file `_causeway`; may be sourced as well. */
export function zshScript(model: readonly CompletedCommand[]): string {
  const commands = model.filter(({ commands: below }) => below.length > 0);
  return `#compdef causeway
# zsh completion for causeway, printed by: causeway completion zsh
__causeway_commands() {
  case "$1" in
${commands.map(({ path, commands: below }) => `    ${quoted(path)}) reply=(${below.map(({ name, description }) => described(name, description)).join(' ')}) ;;`).join('\n')}
    *) reply=() ;;
  esac
}
__causeway_options() {
  case "$1" in
${model.map(({ path, options }) => `    ${quoted(path)}) reply=(${options.flatMap(({ flags, description }) => flags.map((flag) => described(flag, description))).join(' ')}) ;;`).join('\n')}
    *) reply=() ;;
  esac
}
${valueFunctions(model)}${FUNCTIONS}`;
}

/** As _describe takes it: a colon ends the word. */
function described(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', String.raw`\:`)}:${description}`);
}
