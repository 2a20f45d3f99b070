import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { createFacade, type AnyConnector, type FacadeHandle } from '../../../connectors/framework/index.js';
import {
  ACCOUNT, ConnectorError, GuardedString, IcfArray, OperationOptions, Script, Uid,
  type ApiConfiguration, type Attribute, type CallContext, type ConnectorObject, type Filter, type IcfValue,
} from '../../../protocol/model/index.js';
import { configured, drain } from '../../support/memory-facade.js';
import { recordedLog, type RecordedLog } from '../../support/quiet-log.js';
import type { Sshd } from '../../targets/sshd.js';
import { newSandbox } from '../../unit/connectors/scripted/sandboxed.js';

/** What reaches the server by password, its key pinned. */
export function loginOf(sshd: Sshd): Record<string, IcfValue> {
  return {
    host: sshd.host, port: sshd.port, user: sshd.user, password: new GuardedString(sshd.password), prompt: sshd.prompt,
    hostKeyFingerprints: new IcfArray('String', sshd.fingerprints),
  };
}

/** A facade of a connector with scripts, and short ways to call it. */
export class Bench {
  readonly log: RecordedLog = recordedLog();
  readonly folder: string;
  readonly #sandbox: ScriptSandbox;
  readonly #facades: FacadeHandle[] = [];

  private constructor(folder: string, sandbox: ScriptSandbox) {
    this.folder = folder;
    this.#sandbox = sandbox;
  }

  static async start(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'causeway-ssh-scripts-')), await newSandbox({ limits: { cpuTime: 2_000 } }));
  }

  /** Puts a script in the folder; gives its name. */
  async script(name: string, text: string): Promise<string> {
    await writeFile(join(this.folder, name), text);
    return name;
  }

  facade(connector: AnyConnector, values: Record<string, IcfValue>, changes: Partial<ApiConfiguration> = {}): Calls {
    const facade = createFacade(connector, configured(connector, values, changes), { log: this.log, stateRoot: join(this.folder, 'state'), scripts: async () => this.#sandbox });
    this.#facades.push(facade);
    return new Calls(facade);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#facades.map((facade) => facade.dispose()));
    await this.#sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class Calls {
  readonly facade: FacadeHandle;

  constructor(facade: FacadeHandle) {
    this.facade = facade;
  }

  call(signal = new AbortController().signal): CallContext {
    return { signal, operationId: 'ssh-test' };
  }

  test(): Promise<unknown> {
    return this.facade.perform({ kind: 'test' }, this.call());
  }

  async create(attributes: readonly Attribute[], objectClass = ACCOUNT): Promise<Uid> {
    return (await this.facade.perform({ kind: 'create', attributes: [...attributes], objectClass, options: OperationOptions.none }, this.call()))!;
  }

  async update(uid: string, attributes: readonly Attribute[], objectClass = ACCOUNT, updateType: 'REPLACE' | 'ADD' | 'REMOVE' = 'REPLACE'): Promise<Uid> {
    return (await this.facade.perform({ kind: 'update', updateType, attributes: [...attributes], uid: new Uid(uid), objectClass, options: OperationOptions.none }, this.call()))!;
  }

  async delete(uid: string, objectClass = ACCOUNT): Promise<void> {
    await this.facade.perform({ kind: 'delete', uid: new Uid(uid), objectClass, options: OperationOptions.none }, this.call());
  }

  get(uid: string, attributesToGet?: readonly string[], objectClass = ACCOUNT): Promise<ConnectorObject | null> {
    return this.facade.perform({ kind: 'get', uid: new Uid(uid), objectClass, options: asking(attributesToGet) }, this.call());
  }

  async search(filter?: Filter, attributesToGet?: readonly string[], objectClass = ACCOUNT, signal?: AbortSignal): Promise<ConnectorObject[]> {
    return (await drain(this.facade.stream({ kind: 'search', filter, objectClass, options: asking(attributesToGet) }, this.call(signal)))).items;
  }

  onResource(language: string, text: string, given: Record<string, IcfValue> = {}): Promise<IcfValue> {
    return this.facade.perform({ kind: 'scriptOnResource', script: new Script(language, text), scriptArguments: new Map(Object.entries(given)), options: OperationOptions.none }, this.call());
  }
}

function asking(attributesToGet: readonly string[] | undefined): OperationOptions {
  return attributesToGet === undefined ? OperationOptions.none : OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', [...attributesToGet]) });
}

/** The ConnectorError the work fails with. */
export async function failing(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then((value) => new Error(`it gave ${JSON.stringify(value)}`), (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw error;
  return error;
}

/** What a script that is run as Script on Resource answers. */
export const field = (value: IcfValue, name: string): IcfValue | undefined => (value instanceof Map ? value.get(name) : undefined);
