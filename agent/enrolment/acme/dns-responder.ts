import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { EnrolmentUnreachable } from '../enrolment-client.js';
import type { ChallengeAnswer, ChallengeResponder, ResponderReport } from './challenge-responder.js';

/** The local command that puts TXT records into the DNS. Times in milliseconds. */
export interface DnsCommand {
  /** Program and first arguments; the program by its path. No shell sees them. */
  readonly command: readonly string[];
  /** Variables of the agent's environment that it gets; of the others, none. */
  readonly environment: readonly string[];
  readonly timeout: number;
  /** How long a record takes to spread, after the command has ended. */
  readonly propagation: number;
}

type Action = 'present' | 'cleanup';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** An agent that is stopping does not wait longer for a record to be taken down. */
const LAST_CLEANUP_MS = 5_000;
const VALUE = /^[\w-]{43}$/;

/**
 * DNS challenges (RFC 8555 section 8.4): a command of the agent's configuration is run with `present` or `cleanup`, the
 * name of the record with a dot at its end, and its value, and is done when it ends. What it gets are the names of the
 * configuration and a hash in Base64; neither the authority nor a controller has a say in it.
 */
export function dnsResponder(settings: DnsCommand, { onLeftBehind }: ResponderReport): ChallengeResponder {
  return {
    type: 'dns-01',
    async present(answers, stop) {
      const there: ChallengeAnswer[] = [];
      const remove = async (): Promise<void> => {
        for (const answer of there.splice(0)) {
          const limited = stop.aborted ? { ...settings, timeout: Math.min(settings.timeout, LAST_CLEANUP_MS) } : settings;
          await run(limited, 'cleanup', answer).catch((error: unknown) => { onLeftBehind(error instanceof Error ? error.message : String(error)); });
        }
      };
      try {
        for (const answer of answers) {
          stop.throwIfAborted();
          there.push(answer); // also when it fails: it may have got half-way
          await run(settings, 'present', answer, stop);
        }
        if (settings.propagation > 0) await delay(settings.propagation, undefined, { signal: stop });
      } catch (error) {
        await remove();
        throw error;
      }
      return { remove };
    },
  };
}

/** Standard output and standard error go nowhere: they may hold the credentials of a DNS server. */
async function run({ command, environment, timeout }: DnsCommand, action: Action, { name, value }: ChallengeAnswer, stop?: AbortSignal): Promise<void> {
  if (!VALUE.test(value)) throw new Error('The value of a DNS challenge is not the hash it should be; this is a defect.');
  const [program = '', ...args] = command;
  const what = `enrolment.acme.challenge.command (${program} … ${action} _acme-challenge.${name}.)`;
  const passed = environment.flatMap((variable): [string, string][] => (process.env[variable] === undefined ? [] : [[variable, process.env[variable]]]));
  const child = spawn(program, [...args, action, `_acme-challenge.${name}.`, value], {
    shell: false, cwd: '/', windowsHide: true, stdio: 'ignore', env: { PATH: SEARCH_PATH, LANG: 'C.UTF-8', ...Object.fromEntries(passed) },
    detached: true, // a process group of its own, to be killed as a whole
  });
  let timer: NodeJS.Timeout | undefined;
  let onStop: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const end = (why: Error): void => {
        reject(why);
        killGroup(child);
      };
      timer = setTimeout(() => { end(new EnrolmentUnreachable(`${what} did not end within ${timeout} ms and was stopped`)); }, timeout);
      onStop = () => { end(stop?.reason instanceof Error ? stop.reason : new Error('stopped')); };
      stop?.addEventListener('abort', onStop, { once: true });
      child.once('error', (error: NodeJS.ErrnoException) => { reject(new EnrolmentUnreachable(`${what} cannot be started (${error.code ?? 'unknown error'})`, { cause: error, needsPerson: true })); });
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new EnrolmentUnreachable(`${what} ended with ${signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`}; run it by hand as the agent's user to see why`));
      });
    });
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', onStop);
  }
}

/** It, and what it started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // nobody is left of the group, or a system without process groups
  }
}
