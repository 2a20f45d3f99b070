import { ConnectorError, ERROR_KINDS } from '../../../protocol/model/index.js';
import type { SqlText } from '../../engines/sql/sql-text.js';
import type { HanaSession } from './connection.js';
import { toConnectorError } from './errors.js';

/** One statement of a change; HANA commits each of them by itself, so a change can stop half way. */
export interface Step {
  /** For messages, behind "could not" and "did": no values but names. */
  readonly what: string;
  readonly statement: SqlText;
}

/** Runs the statements in turn. An error says what had been done by then and what was left. */
export async function runSteps(session: HanaSession, userName: string, steps: readonly Step[], signal: AbortSignal): Promise<void> {
  for (const [index, { what, statement }] of steps.entries()) {
    try {
      await session.connection.execute(statement, signal);
    } catch (error) {
      throw explained(error, userName, what, steps.slice(0, index), steps.slice(index + 1));
    }
  }
  // Without auto-commit the procedures of the repository are still to be committed; the other statements commit themselves.
  await session.connection.commit(signal);
}

/** After these the statement itself may have been carried out or not; the ones before it were. */
function isLost(kind: ConnectorError['kind']): boolean {
  return ERROR_KINDS[kind].retryable;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function explained(error: unknown, userName: string, what: string, done: readonly Step[], left: readonly Step[]): unknown {
  const known = toConnectorError(error);
  if (known === undefined) return error;
  const texts = [`SAP HANA: could not ${what} of the user ${userName}: ${sentence(known.message)}`];
  if (done.length > 0) texts.push(`Done before: ${done.map((step) => step.what).join(', ')}.`);
  if (left.length > 0) texts.push(`Not tried: ${left.map((step) => step.what).join(', ')}.`);
  // Something was changed: the same request may not be repeated as if nothing had been.
  const outcome = done.length === 0 ? known.outcome : known.outcome === 'unknown' || isLost(known.kind) ? 'unknown' : undefined;
  return new ConnectorError(known.kind, texts.join(' '), { cause: known.cause, outcome });
}
