import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapWire } from './wire.js';

/** Connections one directory may have open at once: searches within searches go this deep. */
const MAX_LANES = 8;
/** Lanes kept open, besides the first, for the next search within a search. */
const MAX_SPARE = 2;

interface Lane {
  readonly wire: LdapWire;
  /** A search has it to itself. */
  taken: boolean;
  /** Short requests under way on it. */
  sharers: number;
}

/**
 * The connections of one directory. A search in progress has a lane to itself, so that pausing its socket for a slow
 * consumer holds up nothing else; short requests share a lane that has no search. Further lanes are opened when needed.
 */
export class Lanes {
  readonly #main: Lane;
  readonly #open: (signal: AbortSignal) => Promise<LdapWire>;
  readonly #lanes: Lane[];
  #opening = 0;
  #closed = false;

  constructor(main: LdapWire, open: (signal: AbortSignal) => Promise<LdapWire>) {
    this.#main = { wire: main, taken: false, sharers: 0 };
    this.#open = open;
    this.#lanes = [this.#main];
  }

  /** A lane for requests of one answer. Give it back with `release`. */
  async share(signal: AbortSignal): Promise<LdapWire> {
    this.#check();
    const lane = this.#lanes.find(({ wire, taken }) => !taken && wire.alive);
    if (lane === undefined) return await this.#another({ taken: false, sharers: 1 }, signal);
    lane.sharers++;
    return lane.wire;
  }

  /** A lane for the caller alone; give it back with `release`. */
  async take(signal: AbortSignal): Promise<LdapWire> {
    this.#check();
    return await this.#takeOne(this.#lanes.find((lane) => isFree(lane)), signal);
  }

  /** A lane that may leave with a search that stands open; the first one may not. */
  async takeMovable(signal: AbortSignal): Promise<LdapWire> {
    this.#check();
    return await this.#takeOne(this.#lanes.find((lane) => lane !== this.#main && isFree(lane)), signal);
  }

  /** A lane that left another directory, taken in for one search. */
  adopt(wire: LdapWire): void {
    this.#check();
    this.#lanes.push({ wire, taken: true, sharers: 0 });
  }

  release(wire: LdapWire): void {
    const lane = this.#lanes.find((one) => one.wire === wire);
    if (lane === undefined) return;
    if (lane.taken) lane.taken = false;
    else lane.sharers--;
    if (lane === this.#main || (wire.alive && this.#lanes.length <= MAX_SPARE + 1) || lane.sharers > 0) return;
    this.let(wire);
    void wire.close();
  }

  /** The lane is somebody else's from now on. */
  let(wire: LdapWire): void {
    const at = this.#lanes.findIndex((lane) => lane.wire === wire);
    if (at >= 0) this.#lanes.splice(at, 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#lanes.map(({ wire }) => wire.close()));
  }

  async #takeOne(free: Lane | undefined, signal: AbortSignal): Promise<LdapWire> {
    if (free === undefined) return await this.#another({ taken: true, sharers: 0 }, signal);
    free.taken = true;
    return free.wire;
  }

  async #another(use: Pick<Lane, 'taken' | 'sharers'>, signal: AbortSignal): Promise<LdapWire> {
    const open = this.#lanes.filter(({ wire }) => wire.alive).length + this.#opening;
    if (open >= MAX_LANES) throw new ConnectorError('illegalState', `More than ${MAX_LANES} searches are open at once on one LDAP connection to ${this.#main.wire.url}.`);
    this.#opening++;
    try {
      const wire = await this.#open(signal);
      this.#lanes.push({ wire, ...use });
      if (!this.#closed) return wire;
    } finally {
      this.#opening--;
    }
    await this.close();
    throw new ConnectorError('illegalState', `The LDAP connection to ${this.#main.wire.url} was closed.`);
  }

  /** Once the connection is lost the directory stays dead: later lanes must not hide that. */
  #check(): void {
    if (!this.#main.wire.alive) throw new ConnectorError('connectionBroken', `The LDAP connection to ${this.#main.wire.url} is lost.`);
  }
}

function isFree({ wire, taken, sharers }: Lane): boolean {
  return !taken && sharers === 0 && wire.alive;
}
