import type { CompletedCommand, CompletedOption, CompletedValue } from './completion-model.js';
import { flagsWithValue } from './shell-tables.js';

/** For fish 3 and later. */
export function fishScript(model: readonly CompletedCommand[]): string {
  const lines = model.flatMap((command) => [
    ...command.commands.map(({ name, description }) => `complete -c causeway -n ${at(command.path)} -a ${quoted(name)} -d ${quoted(description)}`),
    ...command.options.map((option) => optionLine(command.path, option)),
    ...command.values.map((value, index) => argumentLine(command, value, index)),
  ]);
  return `# fish completion for causeway, printed by: causeway completion fish
# Whether the words so far lead to this command, and how many arguments it has got.
function __causeway_at --argument-names wanted least most
    set -l tokens (commandline -opc)
    set -l place ''
    set -l count 0
    set -l skip 0
    for word in $tokens[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        if contains -- $word ${flagsWithValue(model).join(' ')}
            set skip 1
            continue
        end
        if string match -q -- '-*' $word
            continue
        end
        if contains -- (string trim "$place $word") ${model.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join(' ')}
            set place (string trim "$place $word")
        else
            set count (math $count + 1)
        end
    end
    test "$place" = "$wanted"; or return 1
    test -z "$least"; and return 0
    test $count -ge $least; and test $count -le $most
end
complete -c causeway -f
${lines.join('\n')}
`;
}

const MANY = 1000;

function argumentLine({ path, values, endless }: CompletedCommand, value: CompletedValue, index: number): string {
  const most = endless && index === values.length - 1 ? MANY : index;
  return `complete -c causeway -n ${quoted(`__causeway_at ${quoted(path)} ${index} ${most}`)}${offered(value)}`;
}

function optionLine(path: string, { flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  return `complete -c causeway -n ${at(path)} ${names} -d ${quoted(description)}${value === undefined ? '' : ` -r${offered(value)}`}`;
}

function offered(value: CompletedValue): string {
  switch (value.kind) {
    case 'file': return ' -F';
    case 'directory': return " -a '(__fish_complete_directories)'";
    case 'words': return ` -a ${quoted(value.words.join(' '))}`;
    case 'text': return '';
  }
}

const at = (path: string): string => quoted(`__causeway_at ${quoted(path)}`);

/** fish knows two escapes between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
