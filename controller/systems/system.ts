import { createHash } from 'node:crypto';
import { ALL, ConnectorError, IcfArray, type ApiConfiguration, type ConnectorFacade, type ConnectorInfo } from '../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { unavailable } from '../crest/resource-error.js';
import type { Log } from '../log.js';
import type { OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';
import { meterFacade } from '../metrics/metered-facade.js';
import { configureConnector } from './configure-connector.js';
import type { AgentTraffic } from './agent-traffic.js';
import type { ConnectorHosts } from './connector-hosts.js';
import { decryptValues, type CryptoKeys } from './encrypted-values.js';
import { drainingLast, type FacadeMember, type MemberPlace } from './facade-members.js';
import { FailoverFacade } from './failover-facade.js';
import { observedMember } from './member-operations.js';
import { displayName, findConnector, type ConnectorOffer } from './find-connector.js';
import { ALL_TYPE, compileObjectType, type ObjectType } from './object-type.js';
import { substituteProperties, type PropertySource } from './property-references.js';
import { connectorParts, provisionerSource, schemaProblems, type ConnectorParts, type ProvisionerSource } from './provisioner-source.js';
import { scrubber, type Scrub } from './scrub.js';
import { parseVersionRange } from '../../protocol/model/version-range.js';

/** What systems need of the rest of the controller. */
export interface SystemEnvironment {
  readonly hosts: ConnectorHosts;
  readonly facadeKeyOf: (configuration: ApiConfiguration) => string;
  readonly properties: PropertySource;
  /** What requests may refer to: never the environment, which would be shown to whoever asks. */
  readonly requestProperties: PropertySource;
  readonly cryptoKeys: CryptoKeys;
  readonly log: Log;
  /** How long a search that lost its agent waits for one to go on at, in milliseconds. @default 15000 */
  readonly resumeWait?: number | undefined;
  /** Counts operations by agent. */
  readonly traffic?: AgentTraffic | undefined;
  /** Counts and times operations, by the name of their system. */
  readonly metering?: OperationMetering | undefined;
}

const DEFAULT_RESUME_WAIT = 15_000;

/** The text after `provisioner.openicf-` and before `.json`, the file's place in the configuration API. */
export type FileName = string;

/** A provisioner file that can be used. */
export interface SystemSetup {
  readonly source: ProvisionerSource;
  readonly types: ReadonlyMap<string, ObjectType>;
}

/** A connector with one configuration, wherever it can be reached. */
export class ConfiguredConnector {
  readonly parts: ConnectorParts;
  readonly #environment: SystemEnvironment;
  readonly #keys = new WeakMap<ConnectorInfo, string>();
  /** At each process the one made last: making one decodes the whole facade key. */
  readonly #facades = new WeakMap<MemberPlace, { readonly info: ConnectorInfo; readonly facade: ConnectorFacade }>();
  #scrub: Scrub | undefined;

  constructor(parts: ConnectorParts, environment: SystemEnvironment) {
    this.parts = parts;
    this.#environment = environment;
  }

  /** Resolves references and encrypted values and checks the rest. Throws a TypeError that names the key. */
  static from(raw: JsonValue, environment: SystemEnvironment): ConfiguredConnector {
    const parsed = connectorParts.safeParse(resolveValues(raw, environment));
    if (!parsed.success) throw new TypeError(schemaProblems(parsed.error));
    parseVersionRange(parsed.data.connectorRef.bundleVersion);
    return new ConfiguredConnector(parsed.data, environment);
  }

  /** Where the connector is, or what is missing. */
  search(): ReturnType<typeof findConnector> {
    return findConnector(this.#environment.hosts, this.parts.connectorRef);
  }

  /** The facade, running at the first reachable host. Throws 503 when there is none and a TypeError for a wrong value. */
  facade(): ConnectorFacade {
    const found = this.search();
    if ('missing' in found) throw unavailable('Service Unavailable', { connectorMessage: found.missing });
    const { hosts, log, resumeWait = DEFAULT_RESUME_WAIT } = this.#environment;
    const now = (): readonly FacadeMember[] => {
      const present = this.search();
      try {
        return 'missing' in present ? [] : this.#members(present.offers);
      } catch (error) {
        // Whoever came meanwhile has a version of the connector that the file does not suit.
        log.warn({ reason: error instanceof Error ? this.scrub(error.message) : 'unknown reason' }, 'a connector that came meanwhile cannot be configured');
        return [];
      }
    };
    return new FailoverFacade(this.#members(found.offers), { members: { now, onChange: (listener) => hosts.onChange(listener) }, resumeWait, log });
  }

  #members(offers: readonly ConnectorOffer[]): readonly FacadeMember[] {
    const { log, traffic } = this.#environment;
    return drainingLast(offers.flatMap(({ host, info }) => host.members(info.key, this.#keyFor(info)).map((member) => ({ place: member.place, facade: () => observedMember(this.#facadeAt(member, info), { agent: host.name, log, traffic }) }))));
  }

  #facadeAt({ place, facade }: FacadeMember, info: ConnectorInfo): ConnectorFacade {
    const known = this.#facades.get(place);
    if (known?.info === info) return known.facade;
    const made = facade();
    this.#facades.set(place, { info, facade: made });
    return made;
  }

  /** Takes this connector's secrets out of a text. */
  scrub(text: string): string {
    return this.#scrub?.(text) ?? text;
  }

  #keyFor(info: ConnectorInfo): string {
    const known = this.#keys.get(info);
    if (known !== undefined) return known;
    const { log } = this.#environment;
    const configuration = configureConnector(info, this.parts, (what) => log.warn({ connector: info.key.connectorName }, `ignored: ${what}`));
    this.#scrub = scrubber(configuration.properties.flatMap(({ confidential, value }) => {
      const isSecret = confidential || (typeof value === 'object' && value !== null && 'reveal' in value);
      return isSecret ? (value instanceof IcfArray ? value.items : [value]) : [];
    }));
    const key = this.#environment.facadeKeyOf(configuration);
    this.#keys.set(info, key);
    return key;
  }
}

/** References and encrypted values resolved. Throws a TypeError that names what cannot be. */
export function resolveValues(raw: JsonValue, environment: Pick<SystemEnvironment, 'properties' | 'cryptoKeys'>): JsonValue {
  return decryptValues(substituteProperties(raw, environment.properties), environment.cryptoKeys);
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** One provisioner file: a usable system, or the reason why it is none. */
export class System {
  readonly fileName: FileName;
  /** In URLs. Of a broken file: its `name` if there is one, else the file's. */
  readonly name: string;
  /** SHA-256 of the file as it stands, for comparison: it may hold secrets. */
  readonly digest: string;
  readonly connector: ConfiguredConnector | undefined;
  readonly setup: SystemSetup | undefined;
  /** Why there is no setup. */
  readonly error: string | undefined;
  readonly #metering: OperationMetering | undefined;

  constructor(fileName: FileName, text: string, raw: JsonValue | undefined, environment: SystemEnvironment, problem?: string) {
    this.fileName = fileName;
    this.#metering = environment.metering;
    this.digest = digestOf(text);
    const given = isObject(raw) ? raw['name'] : undefined;
    this.name = typeof given === 'string' && given !== '' ? given : fileName;
    try {
      if (problem !== undefined || raw === undefined) throw new TypeError(problem ?? 'the file is no JSON');
      const resolved = resolveValues(raw, environment);
      this.setup = compile(resolved);
      this.connector = new ConfiguredConnector(this.setup.source, environment);
    } catch (error) {
      this.error = error instanceof Error ? error.message : 'the file cannot be used';
    }
  }

  get isEnabled(): boolean {
    return this.setup?.source.enabled ?? true;
  }

  /** The connector's display name, when it can be found now. */
  get displayName(): string | undefined {
    const found = this.connector?.search();
    return found !== undefined && 'offers' in found ? displayName(found.offers[0].info) : undefined;
  }

  /** Throws 503 with the reason in `detail` when the file is broken, the system disabled or no agent has the connector. */
  facade(): ConnectorFacade {
    if (this.connector === undefined) throw unavailable('Service Unavailable', { connectorMessage: `provisioner.openicf-${this.fileName}.json: ${this.error ?? 'cannot be used'}` });
    if (!this.isEnabled) throw unavailable('Service Unavailable', { connectorMessage: `system ${this.name} is disabled` });
    try {
      const facade = this.connector.facade();
      return this.#metering === undefined ? facade : meterFacade(facade, this.name, this.#metering);
    } catch (error) {
      // A wrong value, or an agent that went away just now.
      if (error instanceof TypeError || error instanceof ConnectorError) throw unavailable('Service Unavailable', { connectorMessage: this.connector.scrub(error.message) });
      throw error;
    }
  }

  typeByObjectClass(objectClass: string): ObjectType | undefined {
    return [...(this.setup?.types.values() ?? [])].find((type) => type.objectClass === objectClass);
  }
}

function compile(resolved: JsonValue): SystemSetup {
  const parsed = provisionerSource.safeParse(resolved);
  if (!parsed.success) throw new TypeError(schemaProblems(parsed.error));
  const source = parsed.data;
  parseVersionRange(source.connectorRef.bundleVersion);
  const types = new Map(Object.entries(source.objectTypes).map(([name, type]) => [name, compileObjectType(name, type)]));
  if (![...types.values()].some((type) => type.objectClass === ALL)) types.set(ALL, ALL_TYPE);
  for (const action of source.systemActions.flatMap((entry) => entry.actions)) checkPattern(action.systemType);
  return { source, types };
}

function checkPattern(systemType: string): void {
  try {
    new RegExp(systemType);
  } catch {
    throw new TypeError(`systemActions: systemType ${systemType} is no regular expression`);
  }
}

/** A connector reference as answers show it: as configured. */
export function referenceJson(source: ConnectorParts): JsonObject {
  const { bundleName, bundleVersion, connectorName, connectorHostRef } = source.connectorRef;
  return { bundleName, bundleVersion, connectorName, connectorHostRef };
}
