import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditEvent } from '../../../../../agent/audit/audit-log.js';
import { LivePolicy } from '../../../../../agent/policy/live-policy.js';
import { policyStage, type IsRepeat } from '../../../../../agent/policy/policed-facade.js';
import type { AnyConnector } from '../../../../../connectors/framework/index.js';
import { Attribute, ConnectorError, ConnectorObject, Name, OperationOptions, Uid, type ConnectorFacade, type IcfValue, type Operation } from '../../../../../protocol/model/index.js';
import { FakeClock } from '../../../../support/fake-clock.js';
import { FakeFacade } from '../../../../support/fake-facade.js';
import { MemoryTarget, memoryConnector } from '../../../../support/memory-connector.js';
import { configured } from '../../../../support/memory-facade.js';
import { recordedLog, type RecordedLog } from '../../../../support/quiet-log.js';

export interface Policed {
  readonly live: LivePolicy;
  readonly inner: FakeFacade;
  readonly facade: ConnectorFacade;
  readonly events: AuditEvent[];
  readonly log: RecordedLog;
  readonly clock: FakeClock;
  readonly path: string;
  /** Replaces the policy file. */
  write(text: string): Promise<void>;
  /** Kinds of operations that reached the connector. */
  reached(): readonly string[];
}

export const START = 'version: 1\ndefault: allow\n';

/** A connector to `host`, behind a policy. `extra`: what the connector says about itself. */
export async function policed(policy: string | undefined, extra: Partial<AnyConnector> = {}, principal = 'cloud', isRepeat?: IsRepeat): Promise<Policed> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-policed-'));
  const path = join(directory, 'policy.yaml');
  const write = (text: string): Promise<void> => writeFile(path, text);
  if (policy !== undefined) await write(policy);
  const events: AuditEvent[] = [];
  const log = recordedLog();
  const clock = new FakeClock();
  const live = await LivePolicy.start({
    file: policy === undefined ? undefined : path, checkInterval: 2_000, stateDirectory: directory, clock, log, audit: { event: async (event) => { events.push(event); } },
  });
  onTestFinished(async () => {
    await live.close();
    await rm(directory, { recursive: true, force: true });
  });
  const inner = new FakeFacade();
  const connector = memoryConnector(new MemoryTarget(), { extra: { targets: () => [{ host: 'ldap.corp.example', port: 389 }], ...extra } });
  const facade = policyStage(live, isRepeat)(inner, {
    connector, connectorKey: connector.key, configuration: configured(connector, { host: 'ldap.corp.example' }), systemId: 's',
    origin: { peerSessionId: 'p', principal, messageId: 1, locale: undefined },
  });
  return { live, inner, facade, events, log, clock, path, write, reached: () => inner.performed.map(({ operation }) => operation.kind) };
}

export const call = { signal: new AbortController().signal };

/** The text of a refusal, or `done`. */
export async function outcome(facade: ConnectorFacade, operation: Operation): Promise<string> {
  try {
    await run(facade, operation);
    return 'done';
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return `${error.kind}: ${error.message}`;
  }
}

export async function run(facade: ConnectorFacade, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case 'search': case 'sync': case 'subscribeToObjects': case 'subscribeToChanges': case 'batch': case 'queryBatch': {
      const items: unknown[] = [];
      for await (const item of facade.stream(operation, call)) items.push(item);
      return items;
    }
    default:
      return facade.perform(operation, call);
  }
}

export const options = (entries: Readonly<Record<string, IcfValue>> = {}): OperationOptions => OperationOptions.of(entries);
const attributes = (given: Readonly<Record<string, IcfValue>>): Attribute[] => Object.entries(given).map(([name, value]) => (value === null ? new Attribute(name, null) : new Attribute(name, [value])));
export const create = (given: Readonly<Record<string, IcfValue>>, objectClass = '__ACCOUNT__') => ({ kind: 'create', objectClass, attributes: attributes({ __NAME__: 'n', ...given }), options: options() }) as const;
export const update = (given: Readonly<Record<string, IcfValue>>, uid = 'u1', objectClass = '__ACCOUNT__') => ({ kind: 'update', objectClass, uid: new Uid(uid), updateType: 'REPLACE', attributes: attributes(given), options: options() }) as const;
export const remove = (uid = 'u1', objectClass = '__ACCOUNT__') => ({ kind: 'delete', objectClass, uid: new Uid(uid), options: options() }) as const;
export const object = (uid: string, name: string, given: Readonly<Record<string, IcfValue>> = {}, objectClass = '__ACCOUNT__'): ConnectorObject => new ConnectorObject(objectClass, [new Uid(uid), new Name(name), ...attributes(given)]);
