import { ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';
import type { Call } from '../../framework/spi.js';
import type { ScriptBindings } from '../scripted/scripted-connector.js';
import { commandFunctions } from './script-commands.js';
import { shellLibrary } from './script-library.js';
import type { ShellDialogue } from './shell-dialogue.js';
import { CONTROL, ShellWords } from './shell-words.js';
import type { ShellSession } from './shell-session.js';
import type { SessionConfig } from './ssh-settings.js';

/**
 * What scripts of the SSH connector are given: the functions of the Java connector's toolkit on the session's shell, and
 * `connection.exec` and `connection.lines`, which need no shell to be talked to. `shell` undefined: there is no SSH session.
 */
export function shellBindings(shell: ShellSession | undefined, config: SessionConfig, call: Call): ScriptBindings {
  const commands = commandFunctions(shell, config, call);
  return {
    variables: new Map(),
    functions: new Map([...dialogueFunctions(shell), ...commands.functions]),
    library: shellLibrary(config.prompt),
    secrets: [config.password, config.passphrase].filter((secret) => secret !== null),
    close: commands.close,
  };
}

type OnDialogue = (dialogue: ShellDialogue, given: readonly IcfValue[], signal: AbortSignal) => Promise<IcfValue>;

/** What the library (script-library.ts) builds `expect` and its relatives of. */
const DIALOGUE: Readonly<Record<string, OnDialogue>> = {
  send: async ({ session }, [text], signal) => { signal.throwIfAborted(); await session.send(sendable(text)); return null; },
  sendln: async ({ session }, [text], signal) => { signal.throwIfAborted(); await session.sendLine(sendable(text ?? '')); return null; },
  sendControlC: async ({ session }) => { await session.sendControlC(); return null; },
  sendControlD: async ({ session }) => { await session.sendControlD(); return null; },
  sudo: async (dialogue, [command], signal) => dialogue.sudo(lineOf(command), signal),
  promptReady: async (dialogue, [tries], signal) => dialogue.promptReady(numberOf(tries, 0), signal),
  setTimeout: async (dialogue, [milliseconds]) => { dialogue.timeout = numberOf(milliseconds, dialogue.timeout); return null; },
  /** The buffer as it is, and how long an expect may wait. */
  output: async ({ session, timeout }) => new Map<IcfValue, IcfValue>([['buffer', session.buffered], ['arrivals', session.arrivals], ['timeout', timeout]]),
  /** The buffer once there is more than there was; milliseconds below 0 wait as long as it takes. */
  arrival: async ({ session }, [seen, milliseconds], signal) => {
    const limit = numberOf(milliseconds, 0);
    const arrival = await session.arrival(numberOf(seen, 0), limit < 0 ? Infinity : limit, signal);
    return new Map<IcfValue, IcfValue>([['arrival', arrival], ['buffer', session.buffered], ['arrivals', session.arrivals]]);
  },
  consume: async ({ session }, [length]) => { session.consume(numberOf(length, 0)); return null; },
  timedOut: async (dialogue, [waited]) => { dialogue.timedOut(numberOf(waited, dialogue.timeout)); return null; },
};

/**
 * One after the other, also where a script does not wait: what is typed keeps its order. A script has one shell: when that ends, the
 * script sees its end, and the next one gets another.
 */
function dialogueFunctions(shell: ShellSession | undefined): Map<string, HostFunction> {
  let last: Promise<unknown> = Promise.resolve();
  let dialogue: ShellDialogue | undefined;
  const inTurn = (work: OnDialogue): HostFunction => (given, signal) => {
    const turn = last.then(async () => {
      if (shell === undefined) throw noSession();
      dialogue ??= await shell.dialogue(signal);
      return work(dialogue, given, signal);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return new Map(Object.entries(DIALOGUE).map(([name, work]) => [`ssh.${name}`, inTurn(work)]));
}

export function noSession(): ConnectorError {
  return new ConnectorError('unsupportedOperation', 'This configuration has no SSH session to talk to.', { outcome: 'notApplied' });
}

/** Words are quoted, a text is typed as it is: the script's own line. */
function lineOf(given: IcfValue | undefined): ShellWords | string {
  if (Array.isArray(given)) return ShellWords.posix(...given.map((word) => textOnly(word)));
  return textOnly(given);
}

function textOnly(given: IcfValue | undefined): string {
  const text = textOf(given);
  if (text instanceof GuardedString) throw new ConnectorError('illegalArgument', 'A secret is no part of a command line, where others can see it: send it to the program when that asks for it.');
  return text;
}

/** A script cannot look into a secret, which may come from outside: what stands behind a line break in it would be a command line. */
function sendable(given: IcfValue | undefined): string | GuardedString {
  const text = textOf(given);
  if (text instanceof GuardedString && CONTROL.test(text.reveal())) throw new ConnectorError('invalidAttributeValue', 'A secret that is typed into a terminal may hold no line break and no other control character.', { outcome: 'notApplied' });
  return text;
}

function textOf(given: IcfValue | undefined): string | GuardedString {
  if (typeof given === 'string' || given instanceof GuardedString) return given;
  if (typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean') return String(given);
  throw new ConnectorError('illegalArgument', 'What is sent has to be a text or a secret.');
}

function numberOf(given: IcfValue | undefined, otherwise: number): number {
  return typeof given === 'number' || typeof given === 'bigint' ? Number(given) : otherwise;
}
