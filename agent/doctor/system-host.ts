import { randomUUID } from 'node:crypto';
import { facadeKeyOf } from '../../protocol/codec/index.js';
import type { ApiConfiguration, ConnectorFacade, ConnectorInfo } from '../../protocol/model/index.js';
import type { RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import { trustedAuthorities } from '../../connectors/framework/index.js';
import { loadConnector } from '../../connectors/registry.js';
import { enabledConnectors, readAuthorities } from '../agent.js';
import type { AgentConfig } from '../config/agent-config.js';
import { readBuiltInfos } from '../operations/built-infos.js';
import { AgentExecutor } from '../operations/executor.js';
import { OfferedConnectors } from '../operations/offered-connectors.js';
import { scriptHost } from '../operations/script-host.js';
import { decide, isReachable } from '../policy/decide.js';
import { NO_POLICY, namesAddresses, type Policy } from '../policy/policy.js';
import { PolicyRefusal } from '../policy/policy-refusal.js';
import { readPolicyFile } from '../policy/read-policy.js';
import { connectorNames, subjectOf, type Subject } from '../policy/subject.js';
import { targetFacts } from '../policy/target-facts.js';
import { facadeSecrets } from '../secrets/facade-secrets.js';
import { secretSourcesOf } from '../secrets/secret-sources.js';
import { systemClock } from '../system-clock.js';
import type { Place } from './reach.js';

/** A system that can be tried. */
export interface OpenedSystem {
  /** The connector, for people. */
  readonly title: string;
  readonly subject: Subject;
  /** Servers it connects to by its configuration. */
  readonly places: readonly Place[];
  /** Whether a connection there begins with TLS. */
  speaksTls(place: Place): boolean;
  /** The connector's own test, with secrets resolved and policy obeyed. */
  test(signal: AbortSignal): Promise<void>;
}

const silent: SessionLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const TLS_PORTS: ReadonlySet<number> = new Set([443, 636, 3269, 8443]);

/** Opens systems as the agent does: its connectors, secrets, authorities, scripts and policy. Nothing is written: no journal, no audit, no brake. */
export class SystemHost {
  readonly #executor: AgentExecutor;
  readonly #policy: Policy;
  readonly #own: readonly string[];
  readonly #connectors: OfferedConnectors;
  /** Who asks, for rules about principals: the controller's certificate tells in earnest. */
  readonly #principal: string;

  private constructor(config: AgentConfig, policy: Policy, own: readonly string[]) {
    this.#policy = policy;
    this.#own = own;
    const enabled = enabledConnectors(config);
    this.#connectors = new OfferedConnectors({ enabled, load: loadConnector, builtInfos: readBuiltInfos });
    this.#principal = config.controllers[0]?.url.hostname ?? 'doctor';
    this.#executor = new AgentExecutor({
      enabled, maxFacades: 1_000, facadeIdle: 3_600_000, stateDirectory: config.agent.stateDirectory, trustedCertificates: own, clock: systemClock, log: silent,
      secrets: facadeSecrets(config, { sources: secretSourcesOf(config), now: () => systemClock.now(), log: silent }),
      scripts: scriptHost(config.scripts, []),
      permitTarget: (connector, key) => async (target) => {
        const { effect, rule } = isReachable(policy, connectorNames(key, connector.id), await targetFacts(target, { needsAddresses: namesAddresses(policy) }));
        if (effect === 'deny') throw new PolicyRefusal(rule, 'A connection', `rule ${rule} denies it`);
      },
    });
  }

  /** Throws what the configuration's own check says, too: connectors, authorities, policy. */
  static async start(config: AgentConfig): Promise<SystemHost> {
    const policy = config.policy.file === undefined ? NO_POLICY : (await readPolicyFile(config.policy.file)).policy;
    return new SystemHost(config, policy, await readAuthorities(config.connectors.ca));
  }

  infos(): Promise<readonly ConnectorInfo[]> {
    return this.#connectors.infos();
  }

  /** Those a target's certificate may come from. */
  authorities(): Promise<readonly string[]> {
    return trustedAuthorities(this.#own);
  }

  async open({ key }: ConnectorInfo, configuration: ApiConfiguration): Promise<OpenedSystem> {
    const connector = await this.#connectors.find(key);
    if (connector === undefined) throw new Error(`there is no connector ${key.connectorName}`);
    const subject = subjectOf(connector, configuration, key);
    const places = placesOf(subject);
    const origin: RequestOrigin = { peerSessionId: 'doctor', principal: this.#principal, messageId: 0, locale: undefined };
    let facade: Promise<ConnectorFacade> | undefined;
    return {
      title: `${connector.displayName} (${connector.id})`, subject, places,
      speaksTls: ({ host, port }) => speaksTls(subject, { host, port }),
      test: async (signal) => {
        await this.#requireAllowed(subject);
        facade ??= this.#executor.facadeFor(key, facadeKeyOf(configuration), origin);
        await (await facade).perform({ kind: 'test' }, { signal, operationId: randomUUID() });
      },
    };
  }

  /** Why the policy does not let the system's test go there; undefined when it does. */
  async refusal({ subject }: OpenedSystem, place: Place): Promise<string | undefined> {
    const { effect, rule } = decide(this.#policy, await this.#question(subject, [place]));
    return effect === 'deny' ? `the policy does not allow the test (${rule})` : undefined;
  }

  async close(): Promise<void> {
    await this.#executor.close();
  }

  async #requireAllowed(subject: Subject): Promise<void> {
    const { effect, rule } = decide(this.#policy, await this.#question(subject, placesOf(subject)));
    if (effect === 'deny') throw new PolicyRefusal(rule, 'The test', `rule ${rule} denies it`);
  }

  async #question(subject: Subject, places: readonly Place[]) {
    const targets = subject.targets === undefined ? undefined : await Promise.all(places.map((place) => targetFacts(place, { needsAddresses: namesAddresses(this.#policy) })));
    return { connector: subject.connector, configuration: subject.configuration, targets, principal: this.#principal, operation: 'test' as const, objectClass: undefined };
  }
}

/** A directory that is found by DNS (SRV) has no server beforehand. */
function placesOf({ targets, configuration }: Subject): readonly Place[] {
  if (configuration?.get('useDNSSRVRecord')?.[0] === 'true') return [];
  return (targets ?? []).flatMap((target) => ('host' in target ? [target] : []));
}

/** Databases begin in clear text and go over to TLS by their own protocols: those are left to the connector's test. */
function speaksTls({ configuration }: Subject, { host, port }: Place): boolean {
  const values = [...configuration?.values() ?? []].flat();
  const isHttps = values.some((value) => value.startsWith('https://') && URL.canParse(value) && new URL(value).hostname === host);
  return isHttps || TLS_PORTS.has(port) || (configuration?.has('baseContexts') === true && configuration.get('ssl')?.[0] === 'true');
}
