import { randomUUID } from 'node:crypto';
import type { Log } from '../../log.js';
import type { AuditSink } from '../../store/audit-log.js';

export interface AuthenticationFacts {
  readonly result: 'SUCCESSFUL' | 'FAILED';
  readonly event: 'LOGIN' | 'LOGOUT';
  /** As given: it may be nobody's name. */
  readonly principal: string;
  readonly method: 'password' | 'oidc';
  /** Network address of who asked. */
  readonly from: string | undefined;
  readonly reason?: string | undefined;
  readonly transactionId?: string | undefined;
}

const LONGEST = 255;

/** Writes down who signed in, out, or failed to: `audit/authentication` of the REST API. */
export class AuthenticationAudit {
  readonly #sink: AuditSink;
  readonly #log: Log;

  constructor(sink: AuditSink, log: Log) {
    this.#sink = sink;
    this.#log = log;
  }

  record({ result, event, principal, method, from, reason, transactionId }: AuthenticationFacts): void {
    const who = principal.replaceAll(/\p{Cc}+/gu, ' ').slice(0, LONGEST);
    const entry = {
      _id: randomUUID(), timestamp: new Date().toISOString(), eventName: 'authentication', topic: 'authentication', event, result, principal: [who], method,
      ...(from === undefined ? {} : { from }), ...(reason === undefined ? {} : { reason: reason.slice(0, LONGEST) }), ...(transactionId === undefined ? {} : { transactionId }),
    };
    this.#sink.write(entry).catch((error: unknown) => { this.#log.error({ err: error }, 'the audit of sign-ins cannot be written'); });
    if (result === 'FAILED') this.#log.warn({ user: who, from, method, reason }, 'sign-in refused');
    else this.#log.info({ user: who, from, method }, event === 'LOGIN' ? 'signed in' : 'signed out');
  }

  /** Resolves when everything is written, or cannot be. */
  async close(): Promise<void> {
    await this.#sink.close().catch((error: unknown) => { this.#log.error({ err: error }, 'the audit of sign-ins could not be written to the end'); });
  }
}
