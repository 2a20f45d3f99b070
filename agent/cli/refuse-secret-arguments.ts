import { CliError, EXIT } from './exit-codes.js';

/** Words in the name of an option that say that its value is a secret. `-D…` is how a Java server was given one. */
const SECRET_WORD = /pass(?:word|wd|phrase|code)?$|secret$|token$|credentials?$|(?:^|[-_.])key$|api-?key$|private-?key$|principal$/i;
const OPTION = /^-{1,2}(?:D)?([A-Za-z][\w.-]*)(?:=.*)?$/s;

/** Commands of a running service: what is on their command line, every user of the machine sees for as long as they run. */
const SERVICES: readonly (readonly [string, string])[] = [['agent', 'run'], ['agent', 'check']];

/**
 * Refuses to start with a secret on the command line, before anything else looks at it, and without repeating it. A secret
 * belongs into a file, a systemd credential or the store. Throws a {@link CliError}.
 */
export function refuseSecretArguments(args: readonly string[]): void {
  if (!SERVICES.some(([group, command]) => args[0] === group && args[1] === command)) return;
  for (const arg of args.slice(2)) {
    const name = OPTION.exec(arg)?.[1];
    if (name !== undefined && SECRET_WORD.test(name)) {
      throw new CliError(`The option ${name} looks like a secret. Secrets never stand on the command line, where every user of the machine can read them: put it in the configuration as {file: PATH}, {credential: NAME} or {store: NAME}, and take another value than that one.`, EXIT.usage);
    }
  }
}

/** An error about an option, without the value that was given to it: `--pasword=hunter2` is a mistake too. */
export function withoutOptionValues(message: string): string {
  return message.replaceAll(/'(-{1,2}[\w.-]+)=[^']*'/g, "'$1=…'");
}
