import { FAULTS } from './faults.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { Random } from './random.js';
import type { Fault } from './fault.js';

/** One round, drawn: what happens to what, and when. */
export interface Draw {
  /** From 0; with the seed of the run it names the round. */
  readonly number: number;
  readonly fault: Fault;
  readonly operation: OperationName;
  /** Whether the fault is there before the operation begins. */
  readonly isBefore: boolean;
  /** Milliseconds from the begin of the one to the begin of the other. */
  readonly wait: number;
  /** Milliseconds the fault lasts at least. */
  readonly lasting: number;
  /** For what the fault itself draws. */
  readonly seed: number;
}

export interface DeckOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Only faults and operations whose names hold one of these; all of them without. */
  readonly faults?: readonly string[] | undefined;
  readonly operations?: readonly string[] | undefined;
}

/** A fault begins this long after its operation at most: a search is under way for some hundred milliseconds, a write for ten or twenty. */
const LATEST_STRIKE: Readonly<Record<OperationName, number>> = { search: 300, sync: 120, create: 25, update: 25, delete: 25 };
/** An operation begins this long after its fault at most, where that comes first: once in so many rounds. */
const LATEST_BEGIN = 300;
const BEFORE_ONCE_IN = 3;
const SHORTEST_FAULT = 50;
const LONGEST_FAULT = 2_000;

/**
 * The rounds of a seed, whoever plays them in whatever order. Every fault comes up once before any comes up again, and
 * with every operation before it comes with one again.
 */
export function deckOf({ seed, rounds, faults, operations }: DeckOptions): readonly Draw[] {
  const chosen = FAULTS.filter(({ name }) => holdsOne(name, faults));
  const kinds = OPERATIONS.filter((name) => holdsOne(name, operations));
  if (chosen.length === 0 || kinds.length === 0) throw new Error(`There is no such fault or operation; faults: ${FAULTS.map(({ name }) => name).join('; ')}; operations: ${OPERATIONS.join(', ')}.`);
  const random = new Random(seed);
  const draws: Draw[] = [];
  for (let pass = 0, offsets: number[] = []; draws.length < rounds; pass++) {
    if (pass % kinds.length === 0) offsets = chosen.map(() => random.between(0, kinds.length - 1));
    const turn = chosen.map((fault, index) => ({ fault, operation: kinds[(offsets[index]! + pass) % kinds.length]! }));
    for (const { fault, operation } of shuffled(turn, random)) {
      const isBefore = random.between(1, BEFORE_ONCE_IN) === 1;
      const [wait, lasting] = [random.between(0, isBefore ? LATEST_BEGIN : LATEST_STRIKE[operation]), random.between(SHORTEST_FAULT, LONGEST_FAULT)];
      draws.push({ number: draws.length, fault, operation, isBefore, wait, lasting, seed: random.between(0, 2 ** 31) });
    }
  }
  return draws.slice(0, rounds);
}

function holdsOne(name: string, parts: readonly string[] | undefined): boolean {
  return parts === undefined || parts.some((part) => name.includes(part));
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, at: random.next() })).sort((left, right) => left.at - right.at).map(({ item }) => item);
}
