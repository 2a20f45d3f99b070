import type { GuardedString } from '../../../../protocol/model/index.js';
import type { PromptAnswer, RunOptions, RunResult } from '../../../engines/shell/command-run.js';
import { LocalProcess } from '../../../engines/shell/local-process.js';
import { ShellWords } from '../../../engines/shell/shell-words.js';
import type { SshSession } from '../../../engines/shell/ssh-session.js';
import { behindSudo } from '../../../engines/shell/sudo-command.js';
import { asksPassword, type KadminSettings } from '../settings.js';
import { kadminFailure, type Asked } from './kadmin-errors.js';

/** kadmin's words and times are read here, so they have to be in one language and zone. sudo lets these variables through. */
const ENVIRONMENT = { LC_ALL: 'C', LANGUAGE: 'C', TZ: 'UTC' } as const;

export interface KadminHost {
  readonly ssh: SshSession | undefined;
  readonly sudoCommand: string;
  readonly sudoPassword: GuardedString | null;
  /** Milliseconds one command may take, and the output of a long one may pause. */
  readonly timeout: number;
}

export interface Query extends Asked {
  readonly signal: AbortSignal;
  /** Of what kadmin asks, besides its own password. */
  readonly answers?: readonly PromptAnswer[];
}

/** Runs kadmin's commands, one process each: over ssh behind sudo, or on this machine. No word of a command is ever parsed by a shell. */
export class KadminClient {
  readonly settings: KadminSettings;
  readonly #host: KadminHost;
  readonly #local = new LocalProcess({ env: ENVIRONMENT });

  constructor(settings: KadminSettings, host: KadminHost) {
    this.settings = settings;
    this.#host = host;
  }

  /** What the command prints. Rejects with the failure it tells of. */
  async query(words: readonly string[], query: Query): Promise<string> {
    const { argv, options } = this.#prepared(words, query);
    const result = await (this.#host.ssh === undefined ? this.#local.run(argv, options) : this.#host.ssh.exec(this.#line(argv), options));
    const failure = kadminFailure(query, result);
    if (failure !== undefined) throw failure;
    return result.stdout;
  }

  /** Several commands of one process, which is many times faster than a process for each. What they print, one after the other. */
  batch(commands: readonly (readonly string[])[], query: Query): Promise<string> {
    const typed = [...commands.map((words) => words.map(subsystemQuoted).join(' ')), 'quit'].join('\n');
    // Its prompt is the name it was started by. Asked again, everything has been typed, and its input is closed.
    const answers = ['kadmin.local:', 'kadmin:'].map((prompt) => ({ prompt, answer: typed }));
    return this.query([], { ...query, answers: [...query.answers ?? [], ...answers] });
  }

  /** The lines it prints, in chunks, as they come; without those in which kadmin logs in. */
  async *lines(words: readonly string[], query: Query): AsyncGenerator<readonly string[], void, void> {
    const { argv, options } = this.#prepared(words, query);
    const chunks = this.#host.ssh === undefined ? this.#local.lines(argv, options) : this.#host.ssh.lines(this.#line(argv), options);
    try {
      for (;;) {
        const step = await chunks.next();
        if (step.done === true) {
          const failure = kadminFailure(query, step.value);
          if (failure !== undefined) throw failure;
          return;
        }
        yield step.value.map((line) => this.#withoutLogin(line)).filter((line) => line !== '');
      }
    } finally {
      await chunks.return(EMPTY);
    }
  }

  #prepared(words: readonly string[], { signal, answers = [], readOnly = false }: Query): { readonly argv: readonly string[]; readonly options: RunOptions } {
    const sudo = this.settings.sudo ? behindSudo(this.#host.sudoCommand, this.#host.sudoPassword, this.#argv(words)) : { words: this.#argv(words), answers: [] };
    return { argv: sudo.words, options: { signal, timeout: this.#host.timeout, readOnly, answers: [...sudo.answers, ...this.#login(), ...answers] } };
  }

  /** `kadmin [-r realm] [-p principal] [-k -t keytab] [-s server] command …`, kadmin(1). */
  #argv(words: readonly string[]): readonly string[] {
    const { command, realm, user, keytab, adminServer } = this.settings;
    return [
      ...command, '-r', realm, '-p', user, ...(keytab === undefined || !asksPassword(this.settings) ? [] : ['-k', '-t', keytab]),
      ...(adminServer === undefined ? [] : ['-s', adminServer]), ...words,
    ];
  }

  #login(): readonly PromptAnswer[] {
    const { keytab, password, user } = this.settings;
    return keytab !== undefined || password === null || !asksPassword(this.settings) ? [] : [{ prompt: `Password for ${user}:`, answer: password }];
  }

  #line(argv: readonly string[]): ShellWords {
    return ShellWords.posix('/usr/bin/env', ...Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`), ...argv);
  }

  #withoutLogin(line: string): string {
    const prompt = `Password for ${this.settings.user}: `;
    const rest = line.startsWith(prompt) ? line.slice(prompt.length) : line;
    return rest.startsWith('Authenticating as principal ') ? '' : rest;
  }
}

/** A word as kadmin reads it from its input (src/util/ss/parse.c): in double quotes, which are doubled inside. */
export function subsystemQuoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

const EMPTY: RunResult = { exitCode: null, signal: null, stdout: '', stderr: '' };
