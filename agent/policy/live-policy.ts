import { connectorKeyText, type ApiConfiguration, type ConnectorKey, type ConnectorTarget, type OperationKind, type PermitTarget } from '../../protocol/model/index.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AuditLog } from '../audit/audit-log.js';
import { ConfigError } from '../config/config-problems.js';
import { BrakeFile } from './brakes/brake-file.js';
import { Brakes, type BrakeStatus } from './brakes/brakes.js';
import { takeReleases } from './brakes/releases.js';
import { isReachable, type ConnectorNames } from './decide.js';
import { FactsCache } from './facts-cache.js';
import { Guard } from './guard.js';
import { PolicyRefusal } from './policy-refusal.js';
import { NO_POLICY, namesAddresses, type Policy } from './policy.js';
import { PolicyWatch } from './policy-watch.js';
import { policyStatePaths } from './state-paths.js';
import type { Subject } from './subject.js';
import { relayFacts, type TargetFacts } from './target-facts.js';

export interface LivePolicyOptions {
  /** Undefined: everything as configured, but no scripts. */
  readonly file: string | undefined;
  /** Milliseconds between two looks at the file and at what the command line asked for. */
  readonly checkInterval: number;
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly audit: Pick<AuditLog, 'event'>;
  /** Wall clock. @default Date.now */
  readonly now?: (() => number) | undefined;
}

export interface PolicyStatus {
  /** Undefined: there is none. */
  readonly file: string | undefined;
  /** SHA-256 of the file as it applies. */
  readonly digest: string | undefined;
  readonly readOnly: boolean;
  readonly rules: number;
  /** ISO time since which it applies. */
  readonly since: string;
  /** What is wrong with the file as it is now; the one before it applies. Empty when all is well. */
  readonly problem: string;
  readonly brakes: readonly BrakeStatus[];
}

/** The policy of a running agent: read from its file, watched, with the counts of its brakes. */
export class LivePolicy {
  readonly #options: LivePolicyOptions;
  readonly #now: () => number;
  readonly #brakes: Brakes;
  readonly #facts = new FactsCache();
  readonly #subjects = new WeakMap<ApiConfiguration, Map<string, Subject>>();
  readonly #watch: PolicyWatch | undefined;
  readonly #stop = new AbortController();
  #policy: Policy = NO_POLICY;
  #digest: string | undefined;
  #since: number;
  #needsPlaces = false;
  #namesTargets = false;
  #isStrict = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(options: LivePolicyOptions, brakes: Brakes) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#since = this.#now();
    this.#brakes = brakes;
    this.#watch = options.file === undefined ? undefined : new PolicyWatch(options.file);
  }

  /** Reads policy and counts. Throws a ConfigError for a policy that cannot be used, or counts that cannot be read. */
  static async start(options: LivePolicyOptions): Promise<LivePolicy> {
    const { stateDirectory, log, audit, now = Date.now } = options;
    const file = new BrakeFile(policyStatePaths(stateDirectory).counts);
    const brakes = new Brakes({ now, log, audit, save: (counts) => file.write(counts) });
    brakes.restore(await file.read());
    await file.tidy();
    const live = new LivePolicy(options, brakes);
    await live.#load();
    if (options.file !== undefined) live.#watching = live.#keepWatching();
    return live;
  }

  /** Whether the policy has anything to say about operations of the kind. */
  restricts(kind: OperationKind | undefined): boolean {
    return this.#isStrict || kind === 'scriptOnConnector' || kind === 'scriptOnResource';
  }

  /** The policy names places, so connectors have to ask before they go on to others. */
  get namesTargets(): boolean {
    return this.#namesTargets;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** What policy looks at of a configuration; made once for each. */
  subject(configuration: ApiConfiguration, key: ConnectorKey, make: () => Subject): Subject {
    const known = this.#subjects.get(configuration) ?? new Map<string, Subject>();
    this.#subjects.set(configuration, known);
    const id = connectorKeyText(key);
    const subject = known.get(id) ?? make();
    known.set(id, subject);
    return subject;
  }

  /** The policy as it is now, for one operation. `relay`: the operation is passed on to that server. */
  async guard(subject: Subject, principal: string, relay?: string): Promise<Guard> {
    const policy = this.#policy;
    const targets = relay !== undefined ? [relayFacts(relay)] : this.#needsPlaces ? await this.#places(subject.targets) : undefined;
    return new Guard({ policy, subject, targets, principal, brakes: this.#brakes, factsOf: (target) => this.#factsOf(target) });
  }

  /** For connections that belong to no operation yet. */
  permitTarget(connector: ConnectorNames): PermitTarget {
    return async (target) => {
      if (!this.#namesTargets) return;
      const place = await this.#factsOf(target);
      const { effect, rule } = isReachable(this.#policy, connector, place);
      if (effect === 'deny') throw new PolicyRefusal(rule, `A connection to ${place.text}`, `rule ${rule} denies it`);
    };
  }

  status(): PolicyStatus {
    return {
      file: this.#options.file, digest: this.#digest, readOnly: this.#policy.readOnly, rules: this.#policy.rules.length,
      since: new Date(this.#since).toISOString(), problem: this.#watch?.problem ?? '', brakes: this.#brakes.status(),
    };
  }

  /** Keeps the counts as they are. Idempotent. */
  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort('stopping');
    await this.#watching;
    await this.#brakes.close().catch((error: unknown) => { this.#options.log.error({ err: error }, 'The counts of the brakes could not be kept.'); });
  }

  /** Looks at the file and at what the command line asked for, now. */
  async check(): Promise<void> {
    const { log, audit, stateDirectory, file } = this.#options;
    await takeReleases(policyStatePaths(stateDirectory).releases, (release) => this.#brakes.release(release, 'command line'), log);
    const before = this.#watch?.problem ?? '';
    try {
      await this.#load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (this.#watch?.problem === before) return;
      log.error({ policy: file, problems: error.problems }, 'The policy file cannot be used; the policy before it still applies.');
      await audit.event({ kind: 'policy-rejected', outcome: 'failed', detail: { file, digest: this.#digest, problems: error.problems } });
    }
  }

  async #load(): Promise<void> {
    const read = await this.#watch?.look();
    if (read === undefined) return;
    const isFirst = this.#digest === undefined;
    this.#policy = read.policy;
    this.#digest = read.digest;
    this.#since = this.#now();
    const scopes = [...read.policy.rules, ...read.policy.protectedObjects, ...read.policy.brakes];
    this.#isStrict = read.policy.readOnly || read.policy.default === 'deny' || scopes.length > 0;
    this.#namesTargets = read.policy.rules.some(({ targets }) => targets !== undefined);
    this.#needsPlaces = read.policy.brakes.length > 0 || scopes.some(({ targets }) => targets !== undefined);
    this.#facts.clear();
    this.#brakes.use(read.policy.brakes);
    const { log, audit } = this.#options;
    log.info({ policy: read.path, digest: read.digest, rules: read.policy.rules.length, readOnly: read.policy.readOnly }, isFirst ? 'The policy applies.' : 'The policy was read again and applies.');
    await audit.event({ kind: isFirst ? 'policy-loaded' : 'policy-reloaded', outcome: 'ok', detail: { file: read.path, digest: read.digest, rules: read.policy.rules.length } });
  }

  async #keepWatching(): Promise<void> {
    const { clock, checkInterval, log } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      await clock.sleep(checkInterval, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.check().catch((error: unknown) => { log.error({ err: error }, 'The policy could not be looked after.'); });
    }
  }

  async #places(targets: readonly ConnectorTarget[] | undefined): Promise<readonly TargetFacts[] | undefined> {
    return targets && Promise.all(targets.map((target) => this.#factsOf(target)));
  }

  #factsOf(target: ConnectorTarget): Promise<TargetFacts> {
    return this.#facts.of(target, namesAddresses(this.#policy));
  }
}
