import type { Command } from 'commander';

/** A command and the words that lead to it. */
export interface PlacedCommand {
  /** Without the program's name, e.g. `controller enrolment token`; empty for the program itself. */
  readonly path: string;
  readonly command: Command;
}

/** The program and all below it, in the order in which help lists them. */
export function everyCommand(command: Command, path = ''): PlacedCommand[] {
  return [{ path, command }, ...command.commands.flatMap((child) => everyCommand(child, `${path} ${child.name()}`.trim()))];
}
