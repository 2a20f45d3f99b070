import { AuditFile } from '../store/audit-file.js';
import type { Log } from '../log.js';

/** What happens to identities. `alarm`: somebody has to look at it. */
const EVENTS = {
  'token-created': 'enrolment token created',
  'token-voided': 'enrolment token withdrawn',
  'token-refused': 'an enrolment was refused: unknown, used or expired token',
  'token-stolen': 'ALARM: an enrolment token was used twice, with different keys: one of the two was not meant to have it',
  'request-refused': 'a certificate request was refused',
  enrolled: 'agent enrolled',
  renewed: 'certificate renewed',
  'answer-repeated': 'a certificate was asked for again and given again',
  'renewal-refused': 'a renewal was refused',
  proven: 'a certificate is in use; those before it are refused from now on, after the overlap',
  'superseded-used': 'ALARM: a certificate that was replaced is in use: the agent was restored from an old copy, or somebody has one',
  clone: 'ALARM: one certificate is in use by two sessions at once: an agent was started twice, or somebody has a copy of its identity',
  revoked: 'revoked',
  restored: 'name of an agent restored',
  closed: 'connection of an agent closed: its certificate or name does not count any more',
  'authority-prepared': 'the next authority is trusted',
  'authority-activated': 'the next authority signs from now on',
  'authority-finished': 'the previous authorities are not trusted any more',
} as const;

export type IdentityEvent = keyof typeof EVENTS;

export interface IdentityFacts {
  readonly agent?: string | undefined;
  readonly group?: string | undefined;
  readonly serial?: string | undefined;
  /** Network address of who asked. */
  readonly from?: string | undefined;
  readonly reason?: string | undefined;
  readonly token?: string | undefined;
  readonly hostId?: string | undefined;
  readonly sessions?: readonly string[] | undefined;
}

const MAX_TEXT = 500;

/** Writes each event into `audit/enrolment.jsonl` of the data folder, and logs it. */
export class IdentityAudit {
  readonly #file: AuditFile;
  readonly #log: Log;

  constructor(dataFolder: string, log: Log) {
    this.#file = new AuditFile(dataFolder, 'enrolment');
    this.#log = log;
  }

  record(event: IdentityEvent, facts: IdentityFacts = {}): void {
    const entry = { time: new Date().toISOString(), event, ...shortened(facts) };
    const isAlarm = EVENTS[event].startsWith('ALARM');
    if (isAlarm) this.#log.error({ ...entry, alarm: true }, EVENTS[event]);
    else this.#log.info(entry, EVENTS[event]);
    this.#file.write(isAlarm ? { ...entry, alarm: true } : entry).catch((error: unknown) => {
      this.#log.error({ err: error }, 'the audit of enrolment cannot be written');
    });
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#file.close().catch((error: unknown) => this.#log.error({ err: error }, 'the audit of enrolment could not be written to the end'));
  }
}

function shortened({ sessions, ...facts }: IdentityFacts): Record<string, string | string[]> {
  const texts = Object.entries(facts).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...Object.fromEntries(texts.map(([name, value]) => [name, value.slice(0, MAX_TEXT)])), ...(sessions === undefined ? {} : { sessions: [...sessions] }) };
}
