import { anySignal, connectorKeyText, type ConnectorFacade, type ConnectorInfo, type ConnectorKey, type OperationKind } from '../../protocol/model/index.js';
import type { Clock, OperationExecutor, OutcomeSource, RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import type { OperationRelay } from '../../protocol/session/forwarding.js';
import { decodeOperation } from '../../protocol/codec/index.js';
import type { OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';
import type { AuditParts } from '../audit/audited-operation.js';
import { auditedRelay } from '../audit/audited-relay.js';
import type { WriteJournal } from '../journal/write-journal.js';
import type { OperationWatch } from '../observe/watch/operation-watch.js';
import { watchedRelay } from '../observe/watch/watched-relay.js';
import { wasNotMade } from '../policy/failed-change.js';
import type { LivePolicy } from '../policy/live-policy.js';
import { admitRelayed } from '../policy/relay-admission.js';
import { hasBeenPassedOn, journaledRelay } from './journaled-relay.js';
import { RelayTable } from './relay-table.js';
import type { RelaySession } from './relay-session.js';

/** Passing on many results at once is much cheaper, and nobody notices a millisecond. */
const GATHER_TIME = 1;

/** The first answer about connectors waits so long for servers nothing is remembered of. Milliseconds. */
const FIRST_LISTS = 5_000;

export interface RelayingExecutorOptions {
  /** This agent's own connectors. */
  readonly own: OperationExecutor;
  /** In the order of the configuration. */
  readonly relays: readonly RelaySession[];
  /** Decides last about what is passed on. Undefined: everything is. */
  readonly policy?: LivePolicy | undefined;
  readonly audit?: AuditParts | undefined;
  /** Of writes: noted before they are passed on and before they are answered. */
  readonly journal?: WriteJournal | undefined;
  readonly metering?: OperationMetering | undefined;
  /** Sees what is passed on. */
  readonly watch?: OperationWatch | undefined;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** There are connectors that were not in a list given before. */
  onGrown(): void;
}

/** This agent's connectors and those of the servers it passes operations on to, as one. */
export class RelayingExecutor implements OperationExecutor {
  readonly #options: RelayingExecutorOptions;
  readonly #reported = new Set<string>();
  readonly #stop = new AbortController();
  #table: Promise<RelayTable<RelaySession>> | undefined;
  #firstLists: Promise<void> | undefined;
  #listCame: (() => void) | undefined;
  /** Keys of every list given so far; undefined before the first. */
  #given: Set<string> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: RelayingExecutorOptions) {
    this.#options = options;
  }

  /** Reads what is remembered and dials the servers. A server that refuses us for good is logged; the others go on. */
  async start(): Promise<void> {
    const { relays, log } = this.#options;
    await Promise.all(relays.map((relay) => relay.prepare(() => { this.#listChanged(); })));
    this.#running = Promise.all(relays.map((relay) => relay.run(this.#stop.signal).catch((error: unknown) => {
      log.error({ relay: relay.name, error: error instanceof Error ? error.message : String(error) }, 'A connector server refused this agent for good.');
    })));
  }

  /** Closes the sessions with the servers. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort('stopping');
    await this.#running;
  }

  get outcomes(): OutcomeSource | undefined {
    return this.#options.own.outcomes;
  }

  async connectorInfos(): Promise<readonly ConnectorInfo[]> {
    this.#firstLists ??= this.#waitForFirstLists();
    await this.#firstLists;
    const { infos } = await this.#current();
    this.#given ??= new Set();
    for (const { key } of infos) this.#given.add(connectorKeyText(key));
    return infos;
  }

  refusal(kind: OperationKind | undefined): string | undefined {
    return this.#options.own.refusal?.(kind);
  }

  facadeFor(connectorKey: ConnectorKey, facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade> {
    return this.#options.own.facadeFor(connectorKey, facadeKey, origin);
  }

  async relayFor(connectorKey: ConnectorKey, origin: RequestOrigin): Promise<OperationRelay | undefined> {
    const relay = (await this.#current()).find(connectorKey);
    if (relay === undefined) return undefined;
    const observed = this.#observed(relay, connectorKey, origin);
    const { audit, journal, watch, clock } = this.#options;
    const journaled = journal === undefined ? observed : journaledRelay({ journal, clock, stop: this.#stop.signal }, observed, { connectorKey, origin });
    const audited = audit === undefined ? journaled : auditedRelay(audit, journaled, { relay: relay.name, connectorKey, origin });
    return watch === undefined ? audited : watchedRelay(watch, audited, { name: relay.name, connectorKey, principal: origin.principal });
  }

  /** One log line an operation, as for those that are executed here. Never a value, never a secret. */
  #observed(relay: RelaySession, connectorKey: ConnectorKey, origin: RequestOrigin): OperationRelay {
    const { clock, log, policy, journal, metering } = this.#options;
    const { connectorName } = connectorKey;
    const started = clock.now();
    let admitted: { takeBack(): void } | undefined;
    return {
      admit: async (request, limits, signal, isNamed) => {
        if (policy?.restricts(request.operation.kind) !== true) return;
        const { facadeKey, operation, operationId } = request;
        // What comes again is answered and not passed on: what became of it is true whatever the policy is now.
        if (isNamed === true && operationId !== undefined && journal !== undefined && await hasBeenPassedOn(journal, operationId)) return;
        admitted = await admitRelayed(policy, { relay: relay.name, connectorKey, operation: decodeOperation(operation, limits), origin, facade: () => relay.target().facade(connectorKey, facadeKey) }, signal);
      },
      server: relay.server, maxBufferedBytes: relay.maxBufferedBytes, gatherTime: GATHER_TIME,
      target: () => relay.target(),
      ended: ({ operationId, operation, outcome, error, count }) => {
        if (wasNotMade(error)) admitted?.takeBack();
        metering?.note(connectorName, operation, { outcome, error, milliseconds: clock.now() - started, entries: count ?? 0 });
        const record = {
          operationId, operation, connector: connectorName, relay: relay.name, principal: origin.principal, messageId: origin.messageId,
          durationMs: Math.round(clock.now() - started), outcome, error: error?.javaClass, count,
        };
        if (outcome !== 'failed') {
          log.info(record, 'operation');
          return;
        }
        log.warn(record, 'operation');
        log.debug({ operationId, messageId: origin.messageId, message: error?.message }, 'operation failed');
      },
    };
  }

  #current(): Promise<RelayTable<RelaySession>> {
    return this.#table ??= this.#make().catch((error: unknown) => {
      this.#table = undefined;                           // the next request tries again
      throw error;
    });
  }

  async #make(): Promise<RelayTable<RelaySession>> {
    const { own, relays, log } = this.#options;
    const table = new RelayTable(relays, await own.connectorInfos());
    for (const { key, used, ignored } of table.shadowed) {
      const text = `${key} ${used} ${ignored}`;
      if (this.#reported.has(text)) continue;
      this.#reported.add(text);
      log.warn({ connector: key, used, ignored }, 'Two relays offer the same connector; the first in the configuration is used.');
    }
    return table;
  }

  #listChanged(): void {
    this.#table = undefined;
    this.#listCame?.();
    this.#tellWhenGrown().catch((error: unknown) => { this.#options.log.error({ err: error }, 'The connectors of the relays could not be compared.'); });
  }

  async #tellWhenGrown(): Promise<void> {
    const given = this.#given;
    if (given === undefined) return;
    const { infos } = await this.#current();
    if (infos.some(({ key }) => !given.has(connectorKeyText(key)))) this.#options.onGrown();
  }

  async #waitForFirstLists(): Promise<void> {
    const { relays, clock } = this.#options;
    const late = new AbortController();
    const isLate = clock.sleep(FIRST_LISTS, anySignal(late.signal, this.#stop.signal)).catch(() => undefined).then(() => true);
    while (relays.some(({ infos }) => infos === undefined)) {
      const came = new Promise<false>((resolve) => { this.#listCame = () => resolve(false); });
      if (await Promise.race([came, isLate])) break;
    }
    this.#listCame = undefined;
    late.abort();
  }
}
