import type { Command } from 'commander';
import { enrolmentCommands } from './enrolment/enrolment-commands.js';
import { jsonOption, jsonText } from './json-option.js';

/** Adds the `controller` commands to a program. What they need is loaded when they run: an agent shares the program. */
export function controllerCommands(program: Command, write: (text: string) => void = (text) => { process.stdout.write(text); }): void {
  const controller = program.command('controller').description('the other end: accepts agents, serves the REST API, reconciles');
  controller.command('run').description('run a controller until it is told to stop')
    .requiredOption('-c, --config <file>', 'YAML configuration')
    .action(async ({ config }: { config: string }) => (await import('./main.js')).runController(config));
  controller.command('check').description('check a configuration and every file it names, and say what is wrong and what to do; starts nothing and changes nothing')
    .requiredOption('-c, --config <file>', 'YAML configuration')
    .option(...jsonOption)
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      const [{ checkFile }, { counted, printCheck }, { CliError, EXIT }] = await Promise.all([import('./check/check-controller.js'), import('./check/print-check.js'), import('../deploy/runtime/exit-codes.js')]);
      const document = await checkFile(config);
      write(json === true ? jsonText(document) : printCheck(document));
      if (!document.valid) throw new CliError(`${counted(document.results.filter(({ outcome }) => outcome === 'failed').length, 'problem')} found.`, EXIT.usage);
    });
  controller.command('hash-password').description('read a password from standard input and print its hash for the configuration')
    .option(...jsonOption)
    .action(async ({ json }: { json?: boolean }) => {
      const { hashPassword } = await import('./authentication/password-hash.js');
      const hash = await hashPassword(await readPassword());
      write(json === true ? jsonText({ passwordHash: hash }) : `${hash}\n`);
    });
  enrolmentCommands(controller, write);
}

/** The first line; never an argument, which other users of the machine could see. */
async function readPassword(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const password = text.split(/\r?\n/, 1)[0] ?? '';
  if (password === '') throw new Error('No password on standard input. Try: echo -n SECRET | causeway controller hash-password');
  return password;
}
