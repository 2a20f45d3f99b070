import type { ConnectorInfo } from '../../protocol/model/index.js';
import type { ConnectionGroup } from '../../protocol/session/contract.js';
import type { ConnectorHost } from '../systems/connector-hosts.js';
import { AgentHost } from './agent-host.js';

/** What `connectorHostRef` can hold and does not mean otherwise. */
const NAME = /^(?!#|osgi)[^\p{Cc}]{1,255}$/iu;
const MOST_EMPTY_GROUPS = 1_000;

interface Session { readonly group: string; infos: readonly ConnectorInfo[] }

/**
 * Which agents are of which group, by the certificates they show. An agent of two machines with certificates of two groups is
 * in each group with the machine that has shown it, and with that only.
 */
export class CertificateGroups {
  /** By group and agent. A group that was seen stays known when its agents are away. */
  readonly #groups = new Map<string, Map<string, AgentHost>>();
  readonly #sessions = new Map<ConnectionGroup, Session>();

  get names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** By name, so that the first one is the same at each start; undefined for a group nobody has shown. */
  members(name: string): readonly ConnectorHost[] | undefined {
    const members = this.#groups.get(name);
    return members === undefined ? undefined : [...members.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** A socket of the session has shown a certificate of that group; the last word counts. Returns whether that is news. */
  shown(session: ConnectionGroup, group: string | undefined): boolean {
    const before = this.#sessions.get(session);
    if (before?.group === group || (group !== undefined && !NAME.test(group))) return false;
    this.#leave(session);
    if (group === undefined) return before !== undefined;
    const infos = before?.infos ?? [];
    this.#sessions.set(session, { group, infos });
    const members = this.#groups.get(group) ?? new Map<string, AgentHost>();
    this.#groups.set(group, members);
    const host = members.get(session.principal) ?? new AgentHost(session.principal, 'remoteConnectorClient');
    members.set(session.principal, host);
    host.opened(session);
    host.informed(session, infos);
    return true;
  }

  informed(session: ConnectionGroup, infos: readonly ConnectorInfo[]): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    known.infos = infos;
    this.#groups.get(known.group)?.get(session.principal)?.informed(session, infos);
  }

  closed(session: ConnectionGroup): void {
    this.#leave(session);
  }

  #leave(session: ConnectionGroup): void {
    const known = this.#sessions.get(session);
    const members = known === undefined ? undefined : this.#groups.get(known.group);
    const host = members?.get(session.principal);
    this.#sessions.delete(session);
    host?.closed(session);
    if (host?.isEmpty === true) members?.delete(session.principal);
    if (known !== undefined && members?.size === 0 && this.#groups.size > MOST_EMPTY_GROUPS) this.#groups.delete(known.group);
  }
}
