import type { SyncState, SystemStatus } from './api-types.js';
import { Objects, callOf, type Content } from './objects.js';
import type { CallOptions, Transport } from './transport.js';

/** The objects of a type of a system. */
export class SystemObjects extends Objects {
  /** The id of the user; rejects with 401 for a wrong name or password. */
  authenticate(username: string, password: string, options: CallOptions = {}): Promise<{ readonly _id: string }> {
    return this.transport.json({ method: 'POST', path: this.path, parameters: { _action: 'authenticate' }, body: { username, password }, isRepeatable: false, ...callOf(options) });
  }

  /** Follows what changed since the last time. */
  liveSync(options: CallOptions = {}): Promise<SyncState> {
    return this.transport.json({ method: 'POST', path: this.path, parameters: { _action: 'liveSync' }, isRepeatable: true, ...callOf(options) });
  }
}

/** What each action of a script answered, or why it failed. */
export interface ScriptResults {
  readonly actions: readonly { readonly result?: unknown; readonly error?: string | undefined }[];
}

export class System {
  readonly #transport: Transport;
  readonly #name: string;

  constructor(transport: Transport, name: string) {
    this.#transport = transport;
    this.#name = name;
  }

  /** A failed test is an answer: `ok` false, and why. */
  test(options: CallOptions = {}): Promise<SystemStatus> {
    return this.#transport.json({ method: 'POST', path: ['system', this.#name], parameters: { _action: 'test' }, isRepeatable: true, ...callOf(options) });
  }

  /** Runs system actions by their id. Never retryable: what a script does is its own business. */
  script(scriptId: string, { arguments: body = {}, onResource = false, ...options }: CallOptions & { readonly arguments?: Content | undefined; readonly onResource?: boolean | undefined } = {}): Promise<ScriptResults> {
    return this.#transport.json({ method: 'POST', path: ['system', this.#name], parameters: { _action: 'script', scriptId, scriptExecuteMode: onResource ? 'resource' : undefined }, body, isRepeatable: false, ...callOf(options) });
  }

  objects(type: string): SystemObjects {
    return new SystemObjects(this.#transport, ['system', this.#name, type]);
  }
}
