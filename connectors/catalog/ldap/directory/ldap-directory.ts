import { anySignal, ConnectorError, type GuardedString, type PermitTarget } from '../../../../protocol/model/index.js';
import { isActiveDirectory } from '../active-directory/family.js';
import { LdapResultError, resultCodeOf, resultError, type FailedRequest } from '../errors.js';
import type { BindOutcome, Directory, DirectorySearch, DirectorySearchEnd, Entry, EntryChange, RootDse } from './contract.js';
import { connectAndBind, type Route } from './connect-and-bind.js';
import { firstEntry } from './entry.js';
import { Lanes } from './lanes.js';
import { MAX_HOPS, alternatives, refused, tooManyHops, unusable, type Referral } from './referral.js';
import { BoundIdentities, WHO_AM_I, isAuthenticated } from './identity.js';
import { CONTROL, addRequest, deleteRequest, modifyRequest, renameRequest, type LdapRequest, type RequestControl } from './request.js';
import { ROOT_DSE_ATTRIBUTES, toRootDse } from './root-dse.js';
import { referenceCollector, runSearch, type EntryBatches } from './search-loop.js';
import type { LdapServer } from './servers.js';
import { asksForRange, withAllValues } from './value-ranges.js';
import { LdapWire, cancelled } from './wire.js';

const NO_SUCH_OBJECT = 32;
const REFERRAL = 10;
/** DS servers take the common audit transaction id. */
const DS_FAMILY: ReadonlySet<string> = new Set(['openDj', 'pingDs', 'pingDirectory', 'unboundId']);

const NOTHING_TO_SAY: BindOutcome = { secondsToExpiry: undefined, graceLoginsLeft: undefined, mustChange: false };

/** See {@link Directory}. */
export class LdapDirectory implements Directory {
  readonly url: string;
  readonly server: LdapServer;
  /** Sent to DS servers with every request, with sendCAUDTxId. */
  transactionId: string | undefined;
  permitTarget: PermitTarget | undefined;
  readonly #route: Route;
  readonly #main: LdapWire;
  readonly #lanes: Lanes;
  readonly #identities = new BoundIdentities();
  readonly #hops: number;
  #rootDse: RootDse | undefined;

  constructor(route: Route, wire: LdapWire, hops = 0, permitTarget?: PermitTarget) {
    this.#route = route;
    this.server = route.server;
    this.permitTarget = permitTarget;
    this.#main = wire;
    this.#hops = hops;
    this.url = wire.url;
    this.#lanes = new Lanes(wire, async (signal) => (await connectAndBind(route, signal)).wire);
  }

  async rootDse(signal: AbortSignal): Promise<RootDse> {
    if (this.#rootDse !== undefined) return this.#rootDse;
    const entry = await this.read('', ROOT_DSE_ATTRIBUTES, signal);
    if (entry === undefined) throw new ConnectorError('connector', `The server ${this.url} shows no root DSE.`);
    return this.#rootDse ??= toRootDse(entry, this.#route.server.port);
  }

  async* search(search: DirectorySearch, signal: AbortSignal): AsyncGenerator<Entry, DirectorySearchEnd, void> {
    const batches = this.searchBatches(search, signal);
    try {
      for (;;) {
        const step = await batches.next();
        if (step.done === true) return step.value;
        for (const entry of step.value) yield entry;
      }
    } finally {
      await batches.return(undefined as never);
    }
  }

  async* searchBatches(search: DirectorySearch, signal: AbortSignal): EntryBatches {
    const references: (readonly string[])[] = [];
    const controls = [...(search.controls ?? []), ...(search.base === '' ? [] : await this.#controls(signal))];
    const knows = this.#tellsWhoAsks(search);
    const lane = await this.#laneFor(search, signal);
    let yielded = 0;
    let end: DirectorySearchEnd;
    let stays = true;
    try {
      const onReference = referenceCollector(references, this.url);
      const answer = runSearch(search, {
        wire: lane, signal, controls,
        onReference: (urls) => this.#handling === 'ignore' || this.#follows(urls, onReference),
        onReferral: (urls) => this.#follows(urls, onReference),
      });
      const entries = knows ? this.#identities.guard(answer, lane, search.whole === true, signal) : answer;
      try {
        for (;;) {
          const step = await entries.next();
          if (step.done === true) {
            end = step.value;
            break;
          }
          yielded += step.value.length;
          yield await this.#whole(step.value, search, signal);
        }
      } finally {
        await entries.return(undefined as never);
      }
      stays = search.onePage !== true || end.cookie === undefined;
    } finally {
      await this.#putBack(lane, search, stays);
    }
    if (!stays) end = { ...end, lane };
    yield* this.#chaseSearch(references, { ...search, limit: search.limit === undefined ? undefined : search.limit - yielded }, signal);
    return end;
  }

  async read(dn: string, attributes: readonly string[] | undefined, signal: AbortSignal): Promise<Entry | undefined> {
    try {
      return await firstEntry(this.search({ base: dn, scope: 'base', filter: '(objectClass=*)', attributes }, signal));
    } catch (error) {
      if (resultCodeOf(error) === NO_SUCH_OBJECT) return undefined;
      throw error;
    }
  }

  add(dn: string, attributes: readonly { readonly name: string; readonly values: readonly (string | Uint8Array)[] }[], signal: AbortSignal): Promise<void> {
    // The entry itself cannot be missing: its parent is.
    return this.#write('add', dn, (target) => addRequest(target, attributes), [], signal, { 32: 'connector' });
  }

  modify(dn: string, changes: readonly EntryChange[], signal: AbortSignal): Promise<void> {
    return this.#write('modify', dn, (target) => modifyRequest(target, changes), [], signal);
  }

  rename(dn: string, newRdn: string, newSuperior: string | undefined, signal: AbortSignal): Promise<void> {
    return this.#write('rename', dn, (target) => renameRequest(target, newRdn, newSuperior), [], signal);
  }

  remove(dn: string, tree: boolean, signal: AbortSignal): Promise<void> {
    return this.#write('delete', dn, deleteRequest, tree ? [{ oid: CONTROL.treeDelete, critical: true }] : [], signal);
  }

  async checkPassword(dn: string, password: GuardedString, signal: AbortSignal): Promise<BindOutcome> {
    const { directory, outcome } = await this.bindAs(dn, password, signal);
    await directory.close();
    return outcome;
  }

  async bindAs(dn: string, password: GuardedString, signal: AbortSignal): Promise<{ readonly directory: LdapDirectory; readonly outcome: BindOutcome }> {
    const route = { ...this.#route, user: { dn, password } };
    const { wire, outcome = NOTHING_TO_SAY } = await connectAndBind(route, signal);
    return { directory: new LdapDirectory(route, wire), outcome };
  }

  /** Polls the server only if it has not been heard of for checkAliveMinInterval seconds. */
  async isAlive(signal: AbortSignal): Promise<boolean> {
    if (!this.#main.alive) return false;
    if (performance.now() - this.#main.lastHeard < this.#route.config.checkAliveMinInterval * 1000) return true;
    try {
      await this.read('', [], anySignal(signal, AbortSignal.timeout(this.#route.config.connectionTimeout)));
      return this.#main.alive;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return this.#lanes.close();
  }

  async #whole(entries: readonly Entry[], { attributes }: DirectorySearch, signal: AbortSignal): Promise<readonly Entry[]> {
    const mayBePartial = this.#rootDse === undefined || isActiveDirectory(this.#rootDse.serverType);
    if (!mayBePartial || asksForRange(attributes)) return entries;
    return await withAllValues(entries, (dn, names) => this.read(dn, names, signal));
  }

  async #laneFor(search: DirectorySearch, signal: AbortSignal): Promise<LdapWire> {
    if (search.lane instanceof LdapWire) {
      this.#lanes.adopt(search.lane);
      return search.lane;
    }
    // One entry at most: nothing to hold back.
    if (search.scope === 'base' && search.pageSize === undefined && search.window === undefined) return await this.#lanes.share(signal);
    const movable = search.window !== undefined || (search.onePage === true && search.pageSize !== undefined);
    return movable ? await this.#lanes.takeMovable(signal) : await this.#lanes.take(signal);
  }

  async #putBack(lane: LdapWire, search: DirectorySearch, stays: boolean): Promise<void> {
    if (stays && search.window === undefined) return this.#lanes.release(lane);
    this.#lanes.let(lane);
    // OpenLDAP holds a sorted list for a window until the connection ends, and lets a connection have only a few.
    if (stays) await lane.close();
  }

  async #write(operation: string, dn: string, request: (dn: string) => LdapRequest, controls: readonly RequestControl[], signal: AbortSignal, kinds: FailedRequest['kinds'] = {}): Promise<void> {
    const common = await this.#controls(signal);
    const lane = await this.#lanes.share(signal);
    let urls: readonly string[];
    try {
      const { result } = await lane.request(request(dn), [...common, ...controls], signal);
      if (result.code === 0) return;
      if (result.code !== REFERRAL) throw resultError(new LdapResultError(result.code, result.matchedDn, result.diagnostic), { operation, dn, server: this.url, kinds });
      urls = result.referrals;
    } finally {
      this.#lanes.release(lane);
    }
    this.#follows(urls, () => undefined);
    await this.#refer(urls, signal, (directory, referral) => directory.#write(operation, referral.dn ?? dn, request, controls, signal, kinds));
  }

  get #handling(): string {
    return this.#route.config.referralsHandling.trim().toLowerCase();
  }

  async #controls(signal: AbortSignal): Promise<RequestControl[]> {
    const { transactionId } = this;
    if (transactionId === undefined || !this.#route.config.sendCAUDTxId) return [];
    const { serverType } = await this.rootDse(signal);
    return DS_FAMILY.has(serverType) ? [{ oid: CONTROL.transactionId, critical: false, value: Buffer.from(transactionId, 'utf8') }] : [];
  }

  /** Whether the server can be asked, at the end of the search, who it takes us for. Whoever wants a whole result has read the root DSE. */
  #tellsWhoAsks({ base }: DirectorySearch): boolean {
    const { config, user } = this.#route;
    return base !== '' && (user !== undefined || isAuthenticated(config)) && this.#rootDse?.supportedExtensions.has(WHO_AM_I) === true;
  }

  /** A whole operation that is referred elsewhere cannot be ignored: nothing of it has been done. */
  #follows(urls: readonly string[], follow: (urls: readonly string[]) => void): void {
    if (this.#handling !== 'follow') throw refused(urls, this.#handling);
    follow(urls);
  }

  async* #chaseSearch(references: readonly (readonly string[])[], search: DirectorySearch, signal: AbortSignal): AsyncGenerator<readonly Entry[], void, void> {
    let left = search.limit ?? Infinity;
    for (const urls of references) {
      if (left <= 0) return;
      const { directory, referral } = await this.#follow(urls, signal);
      try {
        const elsewhere: DirectorySearch = {
          ...search, base: referral.dn ?? search.base, scope: referral.scope ?? search.scope, filter: referral.filter ?? search.filter,
          limit: Number.isFinite(left) ? left : undefined, cookie: undefined, onePage: undefined, window: undefined,
        };
        for await (const batch of directory.searchBatches(elsewhere, signal)) {
          left -= batch.length;
          yield batch;
        }
      } finally {
        await directory.close();
      }
    }
  }

  async #refer(urls: readonly string[], signal: AbortSignal, action: (directory: LdapDirectory, referral: Referral) => Promise<void>): Promise<void> {
    const { directory, referral } = await this.#follow(urls, signal);
    try {
      await action(directory, referral);
    } finally {
      await directory.close();
    }
  }

  /** Connects to the first of the alternatives that answers, with this configuration's credentials and TLS settings. */
  async #follow(urls: readonly string[], signal: AbortSignal): Promise<{ directory: LdapDirectory; referral: Referral }> {
    if (this.#hops >= MAX_HOPS) throw tooManyHops(urls);
    let failure: unknown = unusable(urls);
    for (const referral of alternatives(urls, this.#route.config, this.#route.server)) {
      const route = { ...this.#route, server: referral.server };
      try {
        await this.permitTarget?.(referral.server);
        return { directory: new LdapDirectory(route, (await connectAndBind(route, signal)).wire, this.#hops + 1, this.permitTarget), referral };
      } catch (error) {
        if (signal.aborted) throw cancelled(signal);
        failure = error;
      }
    }
    throw failure;
  }
}
