import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import type { Call, ScriptRequest } from '../../framework/spi.js';
import { ShellWords } from './shell-words.js';
import type { SshSession } from './ssh-session.js';

const LANGUAGES: ReadonlySet<string> = new Set(['shell', 'sh']);
/** What a POSIX shell takes for the name of a variable. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Runs a shell script at the other end (`/bin/sh -s`). Its text goes in by standard input and its arguments as environment
 * variables, so no value is ever parsed. Answers `{exitCode, stdout, stderr}`; an exit code that is not 0 is no error.
 */
export async function runShellScript(ssh: SshSession, { script, scriptArguments }: ScriptRequest, call: Call, timeout: number): Promise<IcfValue> {
  if (!LANGUAGES.has(script.language.trim().toLowerCase())) {
    throw new ConnectorError('illegalArgument', `Scripts on the SSH server are of the language Shell, not "${script.language}".`, { outcome: 'notApplied' });
  }
  const assignments = [...scriptArguments].map(([name, value]) => assignment(name, value));
  const { exitCode, stdout, stderr } = await ssh.exec(ShellWords.posix('/usr/bin/env', ...assignments, '/bin/sh', '-s'), { stdin: script.text, signal: call.signal, timeout });
  return new Map<IcfValue, IcfValue>([['exitCode', exitCode], ['stdout', stdout], ['stderr', stderr]]);
}

function assignment(name: unknown, value: unknown): string {
  if (typeof name !== 'string' || !NAME.test(name)) throw new ConnectorError('illegalArgument', `The argument ${JSON.stringify(String(name))} cannot be the name of an environment variable.`, { outcome: 'notApplied' });
  if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) throw new ConnectorError('illegalArgument', `The argument ${name} has to be a text, a number or a boolean to become an environment variable.`, { outcome: 'notApplied' });
  return `${name}=${String(value)}`;
}
