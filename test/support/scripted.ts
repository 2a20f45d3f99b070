import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DEFAULT_SANDBOX, ScriptSandbox, type RunLimits } from '../../connectors/engines/scripted/sandbox/index.js';
import { createFacade, type AnyConnector, type FacadeEnvironment, type FacadeHandle, type ScriptRunner } from '../../connectors/framework/index.js';
import {
  ACCOUNT, ConnectorError, OperationOptions, Uid, type Attribute, type CallContext, type ConnectorObject, type Filter, type IcfValue, type SingleOperation, type SingleResults, type SyncToken,
} from '../../protocol/model/index.js';
import { calling, configured, drain } from './memory-facade.js';
import { recordedLog, type RecordedLog } from './quiet-log.js';
import { sandboxWorker } from './sandbox-worker.js';

/** A sandbox for scripts of connectors. To be closed. */
export async function operationSandbox(limits: Partial<RunLimits> = {}, workers = 4): Promise<ScriptSandbox> {
  return new ScriptSandbox({ ...DEFAULT_SANDBOX, worker: await sandboxWorker(), workers, queue: 1000, queueTime: 60_000, limits: { ...DEFAULT_SANDBOX.limits, ...limits } });
}

/** The connector as an agent that runs scripts has it, for what opens facades without. */
export function withScripts(connector: AnyConnector, runner: ScriptRunner): AnyConnector {
  return { ...connector, open: (config, context) => connector.open(config, { ...context, scripts: async () => runner }) };
}

/** A folder with these scripts. To be removed. */
export async function scriptFolder(scripts: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-scripts-'));
  for (const [name, text] of Object.entries(scripts)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** A scripted connector under test. */
export class ScriptedSystem {
  readonly facade: FacadeHandle;
  readonly log: RecordedLog;
  readonly folder: string;

  constructor(facade: FacadeHandle, log: RecordedLog, folder: string) {
    this.facade = facade;
    this.log = log;
    this.folder = folder;
  }

  perform<O extends SingleOperation>(operation: O, call: CallContext = calling()): Promise<SingleResults[O['kind']]> {
    return this.facade.perform(operation, call);
  }

  /** The error an operation ends with. */
  async failure(operation: SingleOperation): Promise<ConnectorError> {
    return failureOf(this.perform(operation));
  }

  create(attributes: readonly Attribute[], objectClass = ACCOUNT): Promise<Uid | null> {
    return this.perform({ kind: 'create', objectClass, attributes, options: OperationOptions.none });
  }

  get(uid: string, objectClass = ACCOUNT): Promise<ConnectorObject | null> {
    return this.perform({ kind: 'get', objectClass, uid: new Uid(uid), options: OperationOptions.none });
  }

  search(filter?: Filter, entries: Readonly<Record<string, IcfValue>> = {}, call = calling()) {
    return drain(this.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.of(entries) }, call));
  }

  sync(token: SyncToken | null) {
    return drain(this.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token, options: OperationOptions.none }, calling()));
  }
}

export async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then((value) => new Error(`it gave ${JSON.stringify(value)}`), (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw error;
  return error;
}

export interface SystemParts {
  readonly connector: AnyConnector;
  readonly runner: ScriptRunner;
  /** By file name; a slot is filled by `createScriptFileName` and so on in `values`. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, IcfValue>>;
  readonly environment?: Partial<FacadeEnvironment>;
}

/** Gone with the test. `scriptRoots` is a folder with the scripts, unless `values` name another. */
export async function scriptedSystem({ connector, runner, scripts = {}, values = {}, environment = {} }: SystemParts): Promise<ScriptedSystem> {
  const folder = await scriptFolder(scripts);
  const log = recordedLog();
  const facade = createFacade(connector, configured(connector, { scriptRoots: [folder], ...values }), { log, stateRoot: join(folder, 'state'), scripts: async () => runner, ...environment });
  onTestFinished(async () => {
    await facade.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  return new ScriptedSystem(facade, log, folder);
}

/** `{'Create.js': …}` and the slots they fill, by the names' beginnings. */
export function filled(scripts: Readonly<Record<string, string>>): Pick<SystemParts, 'scripts' | 'values'> {
  const slots = ['authenticate', 'create', 'customizer', 'delete', 'resolveUsername', 'schema', 'scriptOnResource', 'search', 'sync', 'test', 'update'];
  const named = Object.entries(scripts).map(([slot, text]) => {
    if (!slots.includes(slot)) throw new Error(`There is no slot ${slot}.`);
    return { slot, file: `${slot}Script.js`, text };
  });
  return {
    scripts: Object.fromEntries(named.map(({ file, text }) => [file, text])),
    values: Object.fromEntries(named.map(({ slot, file }) => [`${slot}ScriptFileName`, file])),
  };
}
