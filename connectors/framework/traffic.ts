import type { Readable } from 'node:stream';
import type { ApiConfiguration } from '../../protocol/model/index.js';
import type { AnyConnector } from './define-connector.js';

/** A request of an HTTP client as it is about to be sent: each attempt, with its credentials. */
export interface HttpTraffic {
  readonly method: string;
  readonly url: URL;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body?: Uint8Array | undefined;
  /** Changes nothing at the target: GET, HEAD, what says of itself that it only reads, and what fetches a token. */
  readonly reads: boolean;
}

/** An answer as the connection gives it; the body may be encoded as its `content-encoding` says. */
export interface HttpTrafficAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** What is about to be sent to a target that speaks something else than HTTP. */
export interface NativeTraffic {
  /** For people, in the target's own language: a statement with its placeholders, a search filter, the attributes of a change. */
  readonly text: string;
  readonly reads: boolean;
}

/**
 * Stands between connectors and their targets: records what passes, answers in the target's place, or stops what would write.
 * For the developer's desk and for support; an agent runs without. What it throws reaches the operation as it is.
 */
export interface TargetTraffic {
  /** In place of each HTTP request; `send` sends it, at most once. */
  http?(request: HttpTraffic, send: () => Promise<HttpTrafficAnswer>): Promise<HttpTrafficAnswer>;
  /** Before each request of a connector that tells of them (`traffic: 'told'` in its definition). */
  native?(request: NativeTraffic): void;
  /** A connector is bound to a configuration, as it was sent: the one to use in its place. */
  opening?(connector: AnyConnector, configuration: ApiConfiguration): AnyConnector;
  /** Clear texts that are under way from now on and may be kept nowhere; of a configuration, or of one operation. */
  secrets?(reveal: () => readonly string[]): void;
}
