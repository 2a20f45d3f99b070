import type { Argument, Command, Option } from 'commander';
import { everyCommand } from '../every-command.js';

/** What a shell offers as a value. */
export type CompletedValue =
  | { readonly kind: 'file' | 'directory' | 'text' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletedOption {
  /** With dashes, e.g. `--config`, and perhaps `-c`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined: it takes none. */
  readonly value: CompletedValue | undefined;
}

export interface CompletedCommand {
  /** Empty for the program. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** In their order; the last one goes on for ever where `endless`. */
  readonly values: readonly CompletedValue[];
  readonly endless: boolean;
}

/** What there is to complete, of every command. `connectorIds` are offered where a connector is asked for. */
export function completionModel(program: Command, connectorIds: readonly string[]): CompletedCommand[] {
  return everyCommand(program).map(({ path, command }) => ({
    path,
    commands: command.commands.map((child) => ({ name: child.name(), description: firstLine(child.description()) })),
    options: [...command.createHelp().visibleOptions(command)].map((option) => completedOption(option, connectorIds)),
    values: command.registeredArguments.map((argument) => argumentValue(command, argument, connectorIds)),
    endless: command.registeredArguments.at(-1)?.variadic ?? false,
  }));
}

function completedOption(option: Option, connectorIds: readonly string[]): CompletedOption {
  const flags = [option.long, option.short].filter((flag) => flag !== undefined);
  const takesValue = option.required || option.optional;
  return { flags, description: firstLine(option.description), value: takesValue ? optionValue(option, connectorIds) : undefined };
}

function optionValue({ argChoices, flags, long }: Option, connectorIds: readonly string[]): CompletedValue {
  if (argChoices !== undefined) return { kind: 'words', words: argChoices };
  if (long === '--connector') return { kind: 'words', words: connectorIds };
  return placeValue(/[<[]([^>\]]*)[>\]]/.exec(flags)?.[1] ?? '');
}

function argumentValue(command: Command, argument: Argument, connectorIds: readonly string[]): CompletedValue {
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices };
  const isConnector = argument.name() === 'connector' || (argument.name() === 'id' && command.parent?.name() === 'connectors');
  return isConnector ? { kind: 'words', words: connectorIds } : placeValue(argument.name());
}

/** By what the help calls it: `<file>`, `<directory>`, `<folder or file...>`. */
function placeValue(name: string): CompletedValue {
  if (/file|path/i.test(name)) return { kind: 'file' };
  return { kind: /directory|folder/i.test(name) ? 'directory' : 'text' };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
