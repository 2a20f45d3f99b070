/** What the shell learns. */
export const EXIT = {
  ok: 0,
  /** Something failed while running. */
  failure: 1,
  /** The command line or the configuration is wrong, or something needs a person; trying again changes nothing. */
  usage: 2,
} as const;

/** For the page of the commands. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done; of a check: nothing is wrong',
  failure: 'failed while running; the message on standard error says what, and trying again may help',
  usage: 'the command line, a configuration or a file is wrong, or something needs attention; trying again changes nothing',
};

/** Ends a command with a message for people and an exit code. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failure, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
