/** A session of an agent, as far as clones are concerned. */
export interface CloneCandidate {
  /** Fingerprint of the certificate it was opened with. */
  readonly fingerprint: string;
  /** Made anew by each process of an agent. */
  readonly sessionId: string;
  readonly agent: string;
  readonly serial: string;
  readonly from: string;
  close(reason: string): void;
}

export interface CloneAlarm {
  readonly agent: string;
  readonly serial: string;
  /** Session ids with the addresses they come from, the oldest first. */
  readonly sessions: readonly string[];
}

export interface CloneSettings {
  readonly action: 'alert' | 'refuse';
  /** How long two sessions may overlap, in milliseconds: an agent that came back finds its old sockets half open. */
  readonly grace: number;
}

/** A certificate with more than one session at once. */
interface Overlap {
  readonly since: number;
  /** The session that was there first. */
  readonly keeper: string;
  isAlarmed: boolean;
}

/**
 * Finds one certificate in use by two sessions for longer than a reconnect takes. A process of an agent has one session,
 * so there are two processes: it was started twice, or somebody has a copy of its key. `refuse` keeps the session that was
 * there first.
 */
export class CloneWatch {
  readonly #settings: CloneSettings;
  readonly #onAlarm: (alarm: CloneAlarm) => void;
  readonly #now: () => number;
  /** By certificate and session, the session that was there first first. */
  readonly #sessions = new Map<string, Map<string, Set<CloneCandidate>>>();
  /** The few certificates with more than one session; only these are ever looked through. */
  readonly #overlaps = new Map<string, Overlap>();

  constructor(settings: CloneSettings, onAlarm: (alarm: CloneAlarm) => void, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#onAlarm = onAlarm;
    this.#now = now;
  }

  joined(connection: CloneCandidate): void {
    const { fingerprint, sessionId } = connection;
    const sessions = this.#sessions.get(fingerprint) ?? new Map<string, Set<CloneCandidate>>();
    this.#sessions.set(fingerprint, sessions);
    sessions.set(sessionId, (sessions.get(sessionId) ?? new Set()).add(connection));
    if (sessions.size > 1) this.#judge(fingerprint, sessions);
  }

  left(connection: CloneCandidate): void {
    const { fingerprint, sessionId } = connection;
    const sessions = this.#sessions.get(fingerprint);
    const connections = sessions?.get(sessionId);
    connections?.delete(connection);
    if (connections?.size === 0) sessions?.delete(sessionId);
    if (sessions?.size === 0) this.#sessions.delete(fingerprint);
  }

  /** To be called once a while: an overlap that is none any more is forgotten, one that lasts is an alarm. */
  review(): void {
    for (const [fingerprint, overlap] of this.#overlaps) {
      const sessions = this.#sessions.get(fingerprint) ?? new Map<string, Set<CloneCandidate>>();
      if (!this.#goesOn(overlap, sessions)) this.#overlaps.delete(fingerprint);
      else if (sessions.size > 1) this.#judge(fingerprint, sessions);
    }
  }

  #judge(fingerprint: string, sessions: ReadonlyMap<string, ReadonlySet<CloneCandidate>>): void {
    const [keeper = ''] = sessions.keys();
    const overlap = this.#overlaps.get(fingerprint) ?? { since: this.#now(), keeper, isAlarmed: false };
    this.#overlaps.set(fingerprint, overlap);
    if (this.#now() - overlap.since < this.#settings.grace) return;
    if (!overlap.isAlarmed) this.#alarm([...sessions.values()].flatMap((connections) => [...connections].slice(0, 1)));
    overlap.isAlarmed = true;
    if (this.#settings.action === 'alert') return;
    const others = [...sessions].filter(([sessionId]) => sessionId !== overlap.keeper);
    for (const connection of others.flatMap(([, connections]) => [...connections])) connection.close('another session uses the same certificate');
  }

  /** A clone that was refused is refused at once when it comes again, as long as the one that was there first is there. */
  #goesOn({ keeper, isAlarmed }: Overlap, sessions: ReadonlyMap<string, unknown>): boolean {
    return sessions.size > 1 || (isAlarmed && this.#settings.action === 'refuse' && sessions.has(keeper));
  }

  #alarm(connections: readonly CloneCandidate[]): void {
    const [first] = connections;
    if (first !== undefined) this.#onAlarm({ agent: first.agent, serial: first.serial, sessions: connections.map(({ sessionId, from }) => `${sessionId} from ${from}`) });
  }
}
