import type { FakeRequest, WireAnswer } from '../targets/rest/exchange.js';

/** What of a request a contract speaks about. */
export type ContractRequest = Pick<FakeRequest, 'method' | 'path' | 'query' | 'headers' | 'text'>;

/** What a contract says of a request or an answer. Refused with at least one complaint. */
export interface Verdict {
  /** The contract's name for what was asked; undefined where it knows no such thing. */
  readonly operation: string | undefined;
  readonly complaints: readonly string[];
}

/** A vendor's own machine-readable description of its API. */
export interface VendorContract {
  /** The document, as a reader would look for it. */
  readonly name: string;
  checkRequest(request: ContractRequest): Verdict;
  /** Of a request that was not refused. */
  checkAnswer(request: ContractRequest, answer: WireAnswer): Verdict;
}

/** An error of the document itself, put right after it is read. */
export interface Correction {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  /** What should stand there; undefined takes it out. */
  readonly value: unknown;
  readonly reason: string;
}

export const isJson = (contentType: string): boolean => /^application\/(?:[\w.+-]+\+)?json\b/.test(contentType);

/** Media type without its parameters. */
export const mediaType = (header = ''): string => header.split(';')[0]!.trim().toLowerCase();
