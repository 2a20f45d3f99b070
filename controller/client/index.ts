import type { AuditEntry, SystemObject, SystemStatus } from './api-types.js';
import { Objects, callOf } from './objects.js';
import { Queries } from './query.js';
import { Reconciliations } from './reconciliations.js';
import { Schedules } from './schedules.js';
import { System } from './systems.js';
import { Transport, type CallOptions, type ClientOptions } from './transport.js';

export type * from './api-types.js';
export { CausewayError, type FailureKind } from './client-error.js';
export type { Objects, Content, ReadOptions, WriteOptions } from './objects.js';
export type { Page, PageOptions, Queries, QueryBy, QueryOptions } from './query.js';
export type { Reconciliations, StartOptions, WaitOptions } from './reconciliations.js';
export type { Schedules } from './schedules.js';
export type { ScriptResults, System, SystemObjects } from './systems.js';
export type { Authentication, CallOptions, ClientOptions } from './transport.js';

/** The REST API of a controller (docs/client.md). It keeps nothing open and need not be closed. */
export class CausewayClient {
  readonly reconciliations: Reconciliations;
  readonly schedules: Schedules;
  readonly #transport: Transport;

  /** Throws a TypeError for a url that is none, or holds a password. */
  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.reconciliations = new Reconciliations(this.#transport);
    this.schedules = new Schedules(this.#transport, ['scheduler', 'job']);
  }

  /** Whether the controller is there and ready; needs no login. */
  async isReady(options: CallOptions = {}): Promise<boolean> {
    const { state } = await this.#transport.json<{ readonly state: string }>({ method: 'GET', path: ['info', 'ping'], ...callOf(options) });
    return state === 'ACTIVE_READY';
  }

  /** Tests all systems. */
  systems(options: CallOptions = {}): Promise<readonly SystemStatus[]> {
    return this.#transport.json({ method: 'POST', path: ['system'], parameters: { _action: 'test' }, isRepeatable: true, ...callOf(options) });
  }

  system(name: string): System {
    return new System(this.#transport, name);
  }

  /** Managed objects of a type. `T`: what they look like; nothing checks it. */
  managed<T extends object = SystemObject>(type: string): Objects<T> {
    return new Objects<T>(this.#transport, ['managed', type]);
  }

  /** What was done. */
  audit(topic: 'recon' | 'sync' | 'activity'): Queries<AuditEntry> {
    return new Queries(this.#transport, ['audit', topic]);
  }

  /** Opens a session in a browser: the cookie is kept there. For a client whose authentication is a user and password. */
  async signIn(options: CallOptions = {}): Promise<void> {
    await this.#transport.json({ method: 'POST', path: ['authentication'], parameters: { _action: 'login' }, ...callOf(options) });
  }

  async signOut(options: CallOptions = {}): Promise<void> {
    await this.#transport.json({ method: 'POST', path: ['authentication'], parameters: { _action: 'logout' }, isRepeatable: true, ...callOf(options) });
  }
}
