/** A session of an agent, as far as clones are concerned. */
export interface CloneCandidate {
  /** Fingerprint of the certificate it was opened with. */
  readonly fingerprint: string;
  /** Made anew by each process of an agent. */
  readonly sessionId: string;
  /** The machine it says it runs on; undefined for one that does not say. */
  readonly hostId?: string | undefined;
  readonly agent: string;
  readonly serial: string;
  readonly from: string;
  /** It is connected to another controller, which closes it itself. */
  readonly isElsewhere?: boolean;
  close(reason: string): void;
}

export interface CloneAlarm {
  readonly agent: string;
  readonly serial: string;
  /** Session ids with the addresses and hosts they come from, the oldest first. */
  readonly sessions: readonly string[];
}

export interface CloneSettings {
  readonly action: 'alert' | 'refuse';
  /** How long two sessions may overlap, in milliseconds: an agent that came back finds its old sockets half open. */
  readonly grace: number;
  /** How many machines may share the certificate of an agent. @default 1 */
  replicas?(agent: string): number;
}

type Sessions = ReadonlyMap<string, ReadonlySet<CloneCandidate>>;

/** More sessions of one certificate than it may have. */
interface Overlap {
  readonly since: number;
  /** Sessions that were there first. */
  readonly keepers: ReadonlySet<string>;
  isAlarmed: boolean;
}

/** One certificate whose clone comes again and again is one alarm in so many milliseconds. */
const REPEAT_ALARM = 600_000;

/**
 * Finds one certificate in use by more processes than it is meant for: started twice, or somebody has a copy of its key. Two
 * machines are told apart by their host ids, and found at once. Two sessions of one machine, or of machines that do not say
 * which they are, may be a restart; they are found when they last longer than a reconnect takes. `refuse` keeps those that were
 * there first.
 */
export class CloneWatch {
  readonly #settings: CloneSettings;
  readonly #onAlarm: (alarm: CloneAlarm) => void;
  readonly #now: () => number;
  /** By certificate and session, the session that was there first first. */
  readonly #sessions = new Map<string, Map<string, Set<CloneCandidate>>>();
  /** The few certificates with more sessions than they may have; only these are ever looked through. */
  readonly #overlaps = new Map<string, Overlap>();
  /** When there was an alarm, by certificate. */
  readonly #alarms = new Map<string, number>();

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
    const strangers = this.#strangers(sessions);
    if (strangers.length > 0) {
      this.#tell(fingerprint, sessions);
      this.#refuse(strangers);
    }
    if (sessions.size > this.#allowed(sessions)) this.#judge(fingerprint, sessions);
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
      const sessions: Sessions = this.#sessions.get(fingerprint) ?? new Map<string, Set<CloneCandidate>>();
      if (!this.#goesOn(overlap, sessions)) this.#overlaps.delete(fingerprint);
      else if (sessions.size > this.#allowed(sessions)) this.#judge(fingerprint, sessions);
    }
    for (const [fingerprint, at] of this.#alarms) if (this.#now() - at >= REPEAT_ALARM) this.#alarms.delete(fingerprint);
  }

  /** Connections of machines beyond the number there may be. */
  #strangers(sessions: Sessions): CloneCandidate[] {
    const allowed = this.#allowed(sessions);
    const hosts = new Set<string>();
    const strangers: CloneCandidate[] = [];
    for (const connection of connectionsOf(sessions)) {
      const { hostId } = connection;
      if (hostId === undefined || hosts.has(hostId)) continue;
      if (hosts.size < allowed) hosts.add(hostId);
      else strangers.push(connection);
    }
    return strangers;
  }

  /** More sessions than there may be, which may come from a restart: whether they do shows in time. */
  #judge(fingerprint: string, sessions: Sessions): void {
    const overlap = this.#overlaps.get(fingerprint) ?? { since: this.#now(), keepers: new Set([...sessions.keys()].slice(0, this.#allowed(sessions))), isAlarmed: false };
    this.#overlaps.set(fingerprint, overlap);
    if (this.#now() - overlap.since < this.#settings.grace) return;
    if (!overlap.isAlarmed) this.#tell(fingerprint, sessions);
    overlap.isAlarmed = true;
    this.#refuse(connectionsOf(new Map([...sessions].filter(([sessionId]) => !overlap.keepers.has(sessionId)))));
  }

  #tell(fingerprint: string, sessions: Sessions): void {
    const last = this.#alarms.get(fingerprint);
    const connections = [...sessions.values()].flatMap((each) => [...each].slice(-1));
    const [first] = connections;
    // Whoever has none of them leaves the alarm to those that do.
    if (first === undefined || connections.every(({ isElsewhere }) => isElsewhere === true) || (last !== undefined && this.#now() - last < REPEAT_ALARM)) return;
    this.#alarms.set(fingerprint, this.#now());
    const shown = connections.map(({ sessionId, from, hostId }) => `${sessionId} from ${from}${hostId === undefined ? '' : `, host ${hostId}`}`);
    this.#onAlarm({ agent: first.agent, serial: first.serial, sessions: shown });
  }

  #refuse(clones: readonly CloneCandidate[]): void {
    if (this.#settings.action === 'alert') return;
    for (const connection of clones) connection.close('another session uses the same certificate');
  }

  #allowed(sessions: Sessions): number {
    const [first] = connectionsOf(sessions);
    return first === undefined ? 1 : this.#settings.replicas?.(first.agent) ?? 1;
  }

  /** A clone that was refused is refused at once when it comes again, as long as one that was there first is there. */
  #goesOn({ keepers, isAlarmed }: Overlap, sessions: Sessions): boolean {
    return sessions.size > this.#allowed(sessions) || (isAlarmed && this.#settings.action === 'refuse' && [...keepers].some((keeper) => sessions.has(keeper)));
  }
}

function connectionsOf(sessions: Sessions): CloneCandidate[] {
  return [...sessions.values()].flatMap((connections) => [...connections]);
}
