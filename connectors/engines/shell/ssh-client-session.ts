import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { commandLines, runToEnd } from './command-output.js';
import type { CommandEnd, RunOptions, RunResult, StartedCommand } from './command-run.js';
import { ExpectSession } from './expect-session.js';
import type { ShellWords } from './shell-words.js';
import { broken, channelFailure } from './ssh-errors.js';
import type { SshSession } from './ssh-session.js';
import type { TerminalSettings } from './ssh-settings.js';

/** Wide, so that no line a command writes for people is broken. */
const TERMINAL_SIZE = { rows: 50, cols: 1000, width: 8000, height: 800 };

/** {@link SshSession} on ssh2. Each command is a channel of its own; several may run at a time. */
export class SshClientSession implements SshSession {
  readonly name: string;
  readonly #client: Client;
  #lost: unknown;
  #isOpen = true;
  readonly #whenLost = new Set<(cause: unknown) => void>();

  constructor(client: Client, name: string) {
    this.#client = client;
    this.name = name;
    client.on('error', (error) => { this.#lost = error; });
    client.once('close', () => {
      this.#isOpen = false;
      for (const lost of this.#whenLost) lost(this.#lost);
    });
  }

  async start(command: ShellWords, signal: AbortSignal): Promise<StartedCommand> {
    const { channel, ended, forget } = await this.#opened(`the command ${command.words[0]}`, signal, {
      open: (done) => this.#client.exec(command.text, done),
      use: (opened) => {
        // What is written to a command that has ended is lost, as in a pipe; nobody may be listening.
        opened.on('error', () => undefined);
        return { channel: opened, ...this.#watch(opened) };
      },
      discard: kill,
    });
    return {
      name: `${command.words[0]} on ${this.name}`, stdin: channel, stdout: channel, stderr: channel.stderr, ended,
      kill: () => {
        forget();
        kill(channel);
      },
    };
  }

  exec(command: ShellWords, options: RunOptions): Promise<RunResult> {
    return runToEnd(() => this.start(command, options.signal), options);
  }

  lines(command: ShellWords, options: RunOptions): AsyncGenerator<readonly string[], RunResult, void> {
    return commandLines(() => this.start(command, options.signal), options);
  }

  async shell(terminal: TerminalSettings, signal: AbortSignal): Promise<ExpectSession> {
    const window: PseudoTtyOptions = { ...TERMINAL_SIZE, term: terminal.terminalType, modes: terminal.echoOff ? { ECHO: 0 } : {} };
    return this.#opened('a shell', signal, {
      open: (done) => this.#client.shell(window, done),
      use: (channel) => {
        channel.stderr.resume();
        return new ExpectSession(`The shell of ${this.name}`, channel);
      },
      discard: (channel) => channel.destroy(),
    });
  }

  /** A request every server has to answer, if only with a refusal (RFC 4254, 4). */
  isAlive(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.#isOpen) return resolve(false);
      const answered = (isAlive: boolean) => (): void => {
        this.#whenLost.delete(lost);
        signal.removeEventListener('abort', lost);
        resolve(isAlive);
      };
      const lost = answered(false);
      this.#whenLost.add(lost);
      signal.addEventListener('abort', lost, { once: true });
      // Opening and closing a channel would cost the server a process; a forwarding that was never asked for does not exist.
      try {
        this.#client.unforwardIn('127.0.0.1', 1, answered(true));
      } catch {
        lost();
      }
      return undefined;
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => { this.#client.destroy(); resolve(); }, CLOSING);
      this.#client.once('close', () => { clearTimeout(timer); resolve(); });
      this.#client.end();
    });
  }

  #opened<T>(what: string, signal: AbortSignal, { open, use, discard }: ChannelRequest<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (!this.#isOpen) return reject(channelFailure(new Error('the connection is closed'), this.name, what));
      let isOver = false;
      const end = (act: () => void): void => {
        if (isOver) return;
        isOver = true;
        this.#whenLost.delete(lost);
        signal.removeEventListener('abort', aborted);
        act();
      };
      const lost = (cause: unknown): void => end(() => reject(broken(this.name, cause)));
      const aborted = (): void => end(() => reject(signal.reason as Error));
      this.#whenLost.add(lost);
      signal.addEventListener('abort', aborted, { once: true });
      const refused = (error: unknown): void => end(() => reject(channelFailure(error as Error, this.name, what)));
      const opened = (error: Error | undefined, channel: ClientChannel): void => {
        if (error !== undefined) refused(error);
        else if (isOver) discard(channel);
        else end(() => resolve(use(channel)));
      };
      try {
        open(opened);
      } catch (error) {
        // ssh2 throws when the socket was closed a moment ago.
        refused(error);
      }
      return undefined;
    });
  }

  /** How the channel's command ends. `forget` lets go of one that was given up, whose end nobody may read. */
  #watch(channel: ClientChannel): { readonly ended: Promise<CommandEnd>; forget(): void } {
    let forget = (): void => undefined;
    const ended = new Promise<CommandEnd>((resolve, reject) => {
      let end: CommandEnd | undefined;
      const lost = (cause: unknown): void => { if (end === undefined) reject(broken(this.name, cause)); };
      forget = () => { this.#whenLost.delete(lost); };
      this.#whenLost.add(lost);
      channel.on('exit', (exitCode: number | null, killedBy?: string) => { end = { exitCode, signal: killedBy ?? null }; });
      channel.once('close', () => {
        forget();
        // Every server we know says how a command ended (RFC 4254, 6.10); silence means that it did not live to do so.
        if (end === undefined) reject(broken(this.name, this.#lost));
        else resolve(end);
      });
    });
    ended.catch(() => undefined);
    return { ended, forget: () => forget() };
  }
}

/** Milliseconds for a clean goodbye. */
const CLOSING = 1_000;
const SECOND_SIGNAL = 250;

interface ChannelRequest<T> {
  readonly open: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown;
  /** Called as soon as there is a channel, before the server's next message is looked at: a quick command's end may be that. */
  readonly use: (channel: ClientChannel) => T;
  /** For a channel that comes when nobody waits any more. */
  readonly discard: (channel: ClientChannel) => void;
}

/**
 * OpenSSH sends the signal on since 7.9; without it, as for what sudo runs, the command ends when it next writes. The first is lost
 * where the server has forked the command but not yet given it a process group, so there is a second before the channel is given up.
 */
function kill(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.resume();
  channel.stderr.resume();
  sendKill(channel);
  const again = setTimeout(() => { sendKill(channel); }, SECOND_SIGNAL);
  const enough = setTimeout(() => { channel.destroy(); }, CLOSING);
  channel.once('close', () => {
    clearTimeout(again);
    clearTimeout(enough);
  });
}

/** RFC 4254, 6.9 lets a client signal after the end of its input as well, which is where most commands are; ssh2's own `signal` does nothing there. */
function sendKill(channel: ClientChannel): void {
  const { outgoing, _client: client } = channel as unknown as Ssh2Channel;
  if (outgoing?.state === 'open' || outgoing?.state === 'eof') client?._protocol?.signal?.(outgoing.id, 'KILL');
}

/** The inside of ssh2 1.x; another version may lack it. */
interface Ssh2Channel {
  readonly outgoing?: { readonly id: number; readonly state: string };
  readonly _client?: { readonly _protocol?: { signal?(channel: number, name: string): void } };
}
