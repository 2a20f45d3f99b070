import { CliError, EXIT } from './exit-codes.js';

/** The option every command has that works with an agent's configuration. */
export const configOption = ['--config <file>', 'configuration file (or the environment variable CAUSEWAY_CONFIG)'] as const;

export function configFile(given: string | undefined): string {
  const file = given ?? process.env['CAUSEWAY_CONFIG'];
  if (file === undefined || file === '') throw new CliError('No configuration: give --config FILE or set CAUSEWAY_CONFIG.', EXIT.usage);
  return file;
}
