import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import type { ExpectMatch, ExpectSession } from './expect-session.js';
import { ShellWords, typed } from './shell-words.js';
import type { SshSession } from './ssh-session.js';
import type { TerminalSettings } from './ssh-settings.js';

/** What sudo is told to ask with, as the Java connector's scripts know it. */
export const SUDO_PROMPT = 'pass::';
/** At the beginning of a line: with echo on, the command line that names the prompt comes back first. */
const SUDO_ASKS = /(?:^|[\r\n])pass::$/;

/**
 * A login shell that scripts talk to: the functions of the Java connector's toolkit (`promptReady`, `sudo`, `expect` …) on one
 * {@link ExpectSession}. It stays as the last script left it.
 */
export class ShellDialogue {
  readonly session: ExpectSession;
  readonly settings: TerminalSettings;
  /** Milliseconds an `expect` waits; scripts change it by `setTimeout`. */
  timeout: number;

  private constructor(session: ExpectSession, settings: TerminalSettings) {
    this.session = session;
    this.settings = settings;
    this.timeout = settings.expectTimeout;
  }

  /**
   * Opens the shell, and prepares it: echo off and locale, as configured. The last prompt is waited for and left in the buffer: a
   * Ctrl+C before it would break off what the shell does at its start. Where there is nothing to prepare, a shell that greets
   * otherwise is the scripts' business.
   */
  static async open(ssh: SshSession, settings: TerminalSettings, signal: AbortSignal): Promise<ShellDialogue> {
    const session = await ssh.shell(settings, signal);
    const dialogue = new ShellDialogue(session, settings);
    const lines = preparation(settings);
    try {
      for (const line of lines) {
        await dialogue.#firstPrompt(signal);
        await session.sendLine(line);
      }
      const isThere = await dialogue.#endsWithPrompt(settings.expectTimeout, signal);
      if (!isThere && lines.length > 0) throw dialogue.#noPrompt();
    } catch (error) {
      session.close();
      throw error;
    }
    return dialogue;
  }

  /**
   * Rejects with `connectionFailed`, naming what the shell shows instead, unless it comes to its prompt, if need be by Ctrl+C.
   * Nothing is taken off the buffer.
   */
  async waitsAtPrompt(signal: AbortSignal): Promise<void> {
    const { session, settings } = this;
    if (await this.#endsWithPrompt(session.buffered === '' ? settings.promptReadyTimeout : settings.expectTimeout, signal)) return;
    await session.sendControlC();
    if (!await this.#endsWithPrompt(settings.expectTimeout, signal)) throw this.#noPrompt();
  }

  async #endsWithPrompt(timeout: number, signal: AbortSignal): Promise<boolean> {
    const { session, settings } = this;
    const deadline = Date.now() + timeout;
    for (;;) {
      const { arrivals, buffered } = session;
      if (buffered.endsWith(settings.prompt)) return true;
      if ((await session.arrival(arrivals, deadline - Date.now(), signal)) !== 'more') return false;
    }
  }

  /** Throws `operationTimeout` where the configuration wants that. `waited`: milliseconds. */
  timedOut(waited: number): void {
    if (!this.settings.throwOperationTimeout) return;
    throw new ConnectorError('operationTimeout', `${this.session.name}: what was expected did not come within ${waited} ms.`, { outcome: 'unknown' });
  }

  /**
   * Whether the shell waits at its prompt; takes everything off the buffer when it does. `tries`: how often Ctrl+C is sent to
   * get there, as far as it is needed; 0 only looks.
   */
  async promptReady(tries: number, signal: AbortSignal): Promise<boolean> {
    const { session, settings } = this;
    const atEnd: ExpectMatch = { kind: 'pattern', pattern: endingWith(settings.prompt) };
    if ((await session.expect([atEnd], settings.promptReadyTimeout, signal)).kind === 'matched') return true;
    for (let tried = 0; tried < tries && !session.isOver; tried++) {
      await session.sendControlC();
      if ((await session.expect([atEnd], this.timeout, signal)).kind !== 'matched') continue;
      // It may have been the prompt of before, which came late: then that of Ctrl+C is still to come.
      await session.expect([atEnd], settings.promptReadyTimeout, signal);
      return true;
    }
    return false;
  }

  /**
   * Types a command behind sudo and answers sudo's question. True when sudo asked, or when the prompt came back because it had
   * no need to; the rest of the output is left to the script. `line`: a command line, or words.
   */
  async sudo(line: ShellWords | string, signal: AbortSignal): Promise<boolean> {
    const { session, settings } = this;
    const command = line instanceof ShellWords ? typed(line) : line;
    const before = session.buffered.length;
    const isAtPrompt = (session.taken + session.buffered).endsWith(settings.prompt);
    await session.sendLine(`${settings.sudoCommand} -k -p ${SUDO_PROMPT} ${command}`);
    const seen = await this.#sudoAsks(before, isAtPrompt, signal);
    if (seen === 'asks') await session.sendLine(sudoPassword(settings.password));
    if (seen === 'nothing') this.timedOut(this.timeout);
    return seen !== 'nothing';
  }

  /**
   * What came of the command: `before` characters of the buffer are older. A prompt that comes is a new one where the old one had
   * come already, or where something stands before it.
   */
  async #sudoAsks(before: number, isAtPrompt: boolean, signal: AbortSignal): Promise<'asks' | 'ended' | 'nothing'> {
    const { session, settings } = this;
    const deadline = Date.now() + this.timeout;
    for (;;) {
      const { arrivals } = session;
      const fresh = session.buffered.slice(before);
      if (SUDO_ASKS.test(fresh)) {
        session.consume(session.buffered.length);
        return 'asks';
      }
      if (fresh.endsWith(settings.prompt) && (isAtPrompt || hasNewLine(fresh))) return 'ended';
      if ((await session.arrival(arrivals, deadline - Date.now(), signal)) !== 'more') return 'nothing';
    }
  }

  async #firstPrompt(signal: AbortSignal): Promise<void> {
    const { session, settings } = this;
    const result = await session.expect([{ kind: 'text', text: settings.prompt }], settings.expectTimeout, signal);
    if (result.kind !== 'matched') throw this.#noPrompt();
  }

  #noPrompt(): ConnectorError {
    const { session, settings } = this;
    const last = session.buffered.slice(session.buffered.lastIndexOf('\n') + 1);
    return new ConnectorError('connectionFailed', `${session.name} did not show the prompt ${JSON.stringify(settings.prompt)} within ${settings.expectTimeout} ms; its last line is ${JSON.stringify(last.slice(-200))}. Set prompt to exactly what the shell shows, blanks included.`, { outcome: 'notApplied' });
  }
}

/** Lines to type when the shell is there, each at a prompt. */
function preparation({ echoOff, locale }: TerminalSettings): readonly string[] {
  const lines = echoOff ? ['stty -echo'] : [];
  if (locale !== undefined) lines.push(typed(ShellWords.posix('export', ...['LC_ALL', 'LANG', 'LANGUAGE'].map((name) => `${name}=${locale}`))));
  return lines;
}

/** A literal text at the very end. */
function endingWith(text: string): RegExp {
  return new RegExp(`${text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)}$`);
}

/** Sudo, or the command, has written or at least ended its line: the prompt is a new one. */
function hasNewLine(buffered: string): boolean {
  return buffered.includes('\n') || buffered.includes('\r');
}

function sudoPassword(password: GuardedString | null): GuardedString {
  if (password === null) throw new ConnectorError('configuration', 'sudo asks for a password and the configuration has none. Set password.', { outcome: 'notApplied' });
  return password;
}
