import type { CompletedCommand, CompletedValue } from './completion-model.js';

/** A word as bash, zsh and fish take it literally, between single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `file`, `directory`, `text`, or `words a b c`. */
export function valueText(value: CompletedValue): string {
  return value.kind === 'words' ? `words ${value.words.join(' ')}` : value.kind;
}

/** Every flag that takes a value, of any command: what follows it is no command. */
export function flagsWithValue(model: readonly CompletedCommand[]): string[] {
  return [...new Set(model.flatMap(({ options }) => options.filter(({ value }) => value !== undefined).flatMap(({ flags }) => flags)))].sort();
}

/** Rows of a `case` over command and flag, or over command and the number of the argument; `*` for one that goes on for ever. */
function valueRows(model: readonly CompletedCommand[]): { readonly pattern: string; readonly value: string }[] {
  return model.flatMap(({ path, options, values, endless }) => [
    ...options.flatMap(({ flags, value }) => (value === undefined ? [] : flags.map((flag) => ({ pattern: quoted(`${path}|${flag}`), value: valueText(value) })))),
    ...values.map((value, index) => ({ pattern: endless && index === values.length - 1 ? `${quoted(`${path}|`)}*` : quoted(`${path}|${index + 1}`), value: valueText(value) })),
  ]);
}

/** What bash and zsh say in the same words: which values are possible, and which flags take one. */
export function valueFunctions(model: readonly CompletedCommand[]): string {
  return `__causeway_value() {
  case "$1" in
${valueRows(model).map(({ pattern, value }) => `    ${pattern}) REPLY=${quoted(value)} ;;`).join('\n')}
    *) REPLY='' ;;
  esac
}
__causeway_takes_value() {
  case "$1" in
    ${flagsWithValue(model).join('|')}) return 0 ;;
  esac
  return 1
}
`;
}
