import type { EvidenceKind } from '../support/evidence.js';
import { HEAP_HOLDERS } from './heap-holders.js';

/** A secret in a place that is meant to show it. */
export interface AllowedHit {
  readonly kind: EvidenceKind;
  /** Of the name of the evidence file. */
  readonly file: RegExp;
  /** Of the name of the secret. */
  readonly secret: RegExp;
  readonly why: string;
}

/** Snapshots are searched where they are taken, with the holder of each hit; here they are searched for all other secrets. */
const onTheHeap: readonly AllowedHit[] = HEAP_HOLDERS.map(({ process, secret, why }) => ({ kind: 'heap', file: new RegExp(`^${process}`), secret, why }));

export const ALLOWED_HITS: readonly AllowedHit[] = [
  { kind: 'output', file: /controller_enrolment_token/, secret: /^enrolment token/, why: 'the command that makes a token prints it, once, for whoever runs it' },
  ...onTheHeap,
];
