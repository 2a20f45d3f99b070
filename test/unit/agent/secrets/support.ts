import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../../agent/config/load-config.js';
import { AgentExecutor } from '../../../../agent/operations/executor.js';
import type { FacadeStage } from '../../../../agent/operations/facade-stage.js';
import type { AuditEvent } from '../../../../agent/audit/audit-log.js';
import { facadeSecrets } from '../../../../agent/secrets/facade-secrets.js';
import { SecretError } from '../../../../agent/secrets/secret-error.js';
import { SecretSources } from '../../../../agent/secrets/secret-sources.js';
import type { SecretSourceName } from '../../../../agent/secrets/secret-url.js';
import type { SecretValue } from '../../../../agent/secrets/secret-value.js';
import { defineConnector, file, flag, guarded, integer, properties, text, textList, uri, type AnyConnector } from '../../../../connectors/framework/index.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ACCOUNT, Attribute, ConnectorError, ConnectorObject, GuardedByteArray, GuardedString, Name, OperationOptions, Uid, type ApiConfiguration, type CallContext, type ConnectorFacade, type IcfValue } from '../../../../protocol/model/index.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { configured } from '../../../support/memory-facade.js';
import { ManualClock } from '../support/manual-clock.js';

/** What a target has seen and wants. */
export class GuardedTarget {
  /** Another password is refused at login. */
  password = 'first-PASSWORD';
  readonly logins: { host: string; principal: string | null; password: string; bases: readonly string[]; open: boolean }[] = [];
  searches = 0;
  /** Waited for before each object of a search. */
  beforeObject: () => Promise<void> = async () => undefined;
  /** How a login fails that is refused. */
  refusal: 'invalidCredential' | 'connectorSecurity' | 'connectionFailed' = 'invalidCredential';
  writes = 0;
}

const bytes = { ...guarded({ help: 'Its key.' }), type: 'GuardedByteArray', read: (value: IcfValue): GuardedByteArray | null => (value instanceof GuardedByteArray ? value : null) };

/** A connector that does everything wrong: it logs and throws what it was configured with. */
export function leakyConnector(target: GuardedTarget, more: Partial<AnyConnector> = {}): AnyConnector {
  const connector = defineConnector({
    id: 'leaky', displayName: 'Leaky', family: 'test', key: { bundleName: 'b-leaky', bundleVersion: '1.0', connectorName: 'c.leaky' },
    properties: properties({
      host: text({ required: true, help: 'host' }), port: integer({ default: 636, help: 'port' }), tls: flag({ default: true, help: 'tls' }), principal: text({ help: 'who' }),
      credentials: guarded({ help: 'password' }), key: bytes, bases: textList({ help: 'bases' }), store: file({ help: 'file' }), url: uri({ help: 'url' }),
    }),
    objectClasses: [], pooled: true,
    targets: ({ host, port }) => [{ host, port }],
    open: async ({ host, principal, credentials, bases }, { log }) => {
      const password = credentials?.reveal() ?? '';
      const login = { host, principal, password, bases, open: true };
      target.logins.push(login);
      log.debug({ password, nested: { list: [`${principal ?? ''} ${bases.join(' ')} ${password}`] } }, `Logging in as ${principal ?? 'nobody'} with ${password}`);
      if (password !== target.password) {
        login.open = false;
        const detail = `login as ${principal ?? 'nobody'} below ${bases.join(' ')} with ${password} (${Buffer.from(password).toString('base64')}) refused`;
        throw new ConnectorError(target.refusal, detail, { cause: Object.assign(new Error(detail), { detail }) });
      }
      return login;
    },
    close: async (session) => { (session as { open: boolean }).open = false; },
    operations: {
      test: async () => undefined,
      create: async () => {
        target.writes += 1;
        return new Uid('u1');
      },
      authenticate: async () => { throw new ConnectorError('invalidCredential', 'nobody of that name'); },
      search: async function* () {
        target.searches += 1;
        for (const id of ['a', 'b', 'c']) {
          await target.beforeObject();
          yield new ConnectorObject(ACCOUNT, [new Uid(id), new Name(id), Attribute.of('mail', id)]);
        }
        return undefined;
      },
    },
  });
  return { ...connector, ...more };
}

/** Secrets by `source/name`; an Error is thrown. */
export class FakeSources extends SecretSources {
  readonly secrets = new Map<string, string | Buffer | Error>();
  reads: string[] = [];
  beforeRead: () => Promise<void> = async () => undefined;

  override async read(source: SecretSourceName, name: string): Promise<SecretValue> {
    this.reads.push(`${source}/${name}`);
    await this.beforeRead();
    const secret = this.secrets.get(`${source}/${name}`);
    if (secret instanceof Error) throw secret;
    if (secret === undefined) throw new SecretError(`There is no ${source}/${name}.`);
    return typeof secret === 'string' ? new GuardedString(secret) : new GuardedByteArray(secret);
  }
}

const BIND = { secret: 'store/bind', connector: 'leaky', targets: ['*.example:636'] };

/** An executor with the connector, whose operations reach the target through secrets. */
export function setUp({ allow = [BIND], connector = {}, stages = [] }: { readonly allow?: readonly object[]; readonly connector?: Partial<AnyConnector>; readonly stages?: readonly FacadeStage[] } = {}) {
  const clock = new ManualClock();
  const log = recordedLog();
  const events: AuditEvent[] = [];
  const target = new GuardedTarget();
  const config = readConfig(JSON.stringify({ agent: { name: 'a' }, controllers: [{ url: 'wss://c/openicf' }], secrets: { allow } }), join(tmpdir(), 'agent.yaml'));
  const sources = new FakeSources(config, { environment: {}, now: () => clock.now() });
  sources.secrets.set('store/bind', target.password);
  const leaky = leakyConnector(target, connector);
  const executor = new AgentExecutor({
    enabled: ['leaky'], maxFacades: 10, facadeIdle: 3_600_000, stateDirectory: join(tmpdir(), 'causeway-unused'), clock, log, stages, load: async () => leaky,
    secrets: facadeSecrets(config, { sources, now: () => clock.now(), log, audit: async (event) => { events.push(event); } }),
  });
  const facade = (values: Record<string, IcfValue>): Promise<ConnectorFacade> =>
    executor.facadeFor(leaky.key, facadeKeyOf(asSent(configured(leaky, { host: 'ldap.example', ...values }))), { peerSessionId: 'S', principal: 'c', messageId: 1, locale: undefined });
  return { executor, clock, log, events, target, sources, leaky, facade };
}

/** A controller says itself of which type a value is, and need not say what the agent did. */
function asSent(configuration: ApiConfiguration): ApiConfiguration {
  return { ...configuration, properties: configuration.properties.map((property) => (typeof property.value === 'string' ? { ...property, type: 'String' } : property)) };
}

export const call = (signal: AbortSignal = new AbortController().signal): CallContext => ({ signal, operationId: 'op' });
export const TEST = { kind: 'test' } as const;
export const SEARCH = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none } as const;
export const CREATE = { kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'x')], options: OperationOptions.none } as const;

export async function refusal(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}
