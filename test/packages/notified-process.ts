import { join } from 'node:path';
import { CLI } from '../support/causeway-processes.js';
import { ManagedProcess } from '../support/managed-process.js';

export const LAUNCHER = join(import.meta.dirname, '../../deploy/systemd/with-notify-socket');
const LISTENER = join(import.meta.dirname, 'notify-listener.py');

export interface Datagram {
  /** Of the process that sent it, by the kernel's word. */
  readonly pid: number;
  /** Seconds since some time in the past. */
  readonly at: number;
  readonly lines: readonly string[];
}

/** A real datagram socket where systemd's would be. `address`: a path, or a name after `@`. */
export class NotifyListener {
  readonly address: string;
  readonly #process: ManagedProcess;

  private constructor(address: string) {
    this.address = address;
    this.#process = new ManagedProcess('notify-listener', '/usr/bin/python3', [LISTENER, address]);
  }

  static async start(address: string): Promise<NotifyListener> {
    const listener = new NotifyListener(address);
    await listener.#process.ready(() => listener.#process.logged('listening').length > 0, 'the listener to listen');
    return listener;
  }

  /** What has come so far, oldest first. */
  get datagrams(): readonly Datagram[] {
    return this.#process.lines.filter(({ text }) => text === 'datagram').map(({ fields }) => fields as unknown as Datagram);
  }

  /** Those with the line. */
  having(line: string): readonly Datagram[] {
    return this.datagrams.filter(({ lines }) => lines.includes(line));
  }

  stop(): Promise<void> {
    return this.#process.kill();
  }
}

/** Our program as the units start it. `environment`: what systemd would set. */
export function startNotified(name: string, args: readonly string[], environment: NodeJS.ProcessEnv): ManagedProcess {
  return new ManagedProcess(name, LAUNCHER, [process.execPath, CLI, ...args], { env: { ...process.env, NODE_OPTIONS: '', ...environment } });
}
