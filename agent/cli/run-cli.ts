import { CommanderError, type Command } from 'commander';
import { CertificateError } from '../../certs/certificate-error.js';
import { CliError, EXIT } from './exit-codes.js';
import { refuseSecretArguments, withoutOptionValues } from './refuse-secret-arguments.js';

/** Runs a command line and resolves with the exit code; errors become one message on standard error. */
export async function runCli(program: Command, args: readonly string[], complain: (text: string) => void = (text) => process.stderr.write(text)): Promise<number> {
  throwInsteadOfExit(program);
  try {
    refuseSecretArguments(args);
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // its message is out already
    complain(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof CliError) return error.exitCode;
    return error instanceof CertificateError || await isConfigError(error) ? EXIT.usage : EXIT.failure;
  }
}

/** The class is loaded to be compared with: what it needs would delay every start. */
async function isConfigError(error: unknown): Promise<boolean> {
  const { ConfigError } = await import('../config/config-problems.js');
  return error instanceof ConfigError;
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: (text, write) => { write(withoutOptionValues(text)); } });
  for (const child of command.commands) throwInsteadOfExit(child);
}
