import { ResourceError } from '../crest/resource-error.js';
import type { Transaction } from '../store/database/database.js';
import { SingleObjectGate, type SingleLinks } from './actions/single-object-gate.js';
import { failureOf, performAction, type ActionResult, type Subject } from './actions/perform-action.js';
import { assessGoneSource, assessSource, type LinkLookup } from './assess.js';
import type { ChosenAction, RunEngine } from './run-engine.js';
import type { ObjectSet, SetObject } from './object-set.js';
import type { LinkWriter } from './runs/act.js';
import type { Action } from '../mappings/situations.js';

export interface SynchroniseParts {
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly links: LinkWriter & LinkLookup & SingleLinks;
  readonly reconId: string | undefined;
  /** See SingleGateParts. */
  readonly wasTold: boolean;
  /** Nothing is done but to find out what would be. */
  readonly isDryRun?: boolean | undefined;
  /** See ActionParts. */
  readonly isRepeated?: boolean | undefined;
}

/** What was done about one source object under one of its link qualifiers. */
export interface SynchronisedObject {
  readonly subject: Subject;
  readonly action: Action;
  /** Undefined when the action failed, or was not to be done; there, with an error, when a script behind it failed. */
  readonly result: ActionResult | undefined;
  readonly error: Error | undefined;
}

/**
 * Assesses one source object and does what its mapping says, once for each link qualifier; `source` undefined: it is gone. Links are
 * yet to be stored, with {@link storeLinks}. A failure ends it: qualifiers after it are not looked at.
 */
export async function synchroniseObject(parts: SynchroniseParts, sourceId: string, source: SetObject | undefined, signal: AbortSignal): Promise<readonly SynchronisedObject[]> {
  const { engine, target, links, reconId } = parts;
  const subjects = source === undefined ? await assessGoneSource({ engine, links, target }, sourceId, signal) : await assessSource({ engine, links, target }, source, signal);
  const gate = new SingleObjectGate(parts);
  const chosen = await engine.actions(subjects.map((subject) => ({ ...asBefore(subject, parts.isRepeated), reconId })), signal);
  const decided = subjects.map((subject, index) => ({ subject, action: actionOf(chosen[index]) }));
  const done: SynchronisedObject[] = [];
  for (const [index, row] of decided.entries()) {
    const { subject, action = 'EXCEPTION' } = row;
    let result: ActionResult | undefined;
    try {
      const choice = chosen[index];
      if (choice === undefined || choice instanceof Error) throw choice ?? new Error('the mapping chose no action');
      const { afterwards } = choice;
      await gate.confirm(row, decided, signal);
      if (parts.isDryRun === true) {
        done.push({ subject, action, result, error: undefined });
        continue;
      }
      result = await performAction({ engine, source: parts.source, target, mayUpdate: () => undefined, isRepeated: parts.isRepeated }, subject, action, signal);
      if (afterwards !== undefined) await engine.afterwards(afterwards, { ...subject, targetId: result.targetId, reconId }, action, signal);
      done.push({ subject, action, result, error: undefined });
    } catch (error) {
      signal.throwIfAborted();
      const failed = failureOf(error);
      done.push({ subject, action, result: failed.result ?? result, error: failed.error });
      break;
    }
  }
  return done;
}

function actionOf(choice: ChosenAction | Error | undefined): Action | undefined {
  return choice === undefined || choice instanceof Error ? undefined : choice.action;
}

/** Of a deletion that was cut off, only the link may be left: what is done about it is what was decided before the target was gone. */
function asBefore(subject: Subject, isRepeated = false): Subject {
  return isRepeated && subject.situation === 'LINK_ONLY' ? { ...subject, situation: 'SOURCE_MISSING' } : subject;
}

/** Throws 409 when one of the links cannot be made. */
export async function storeLinks(tx: Transaction, links: LinkWriter, done: readonly SynchronisedObject[]): Promise<void> {
  const [refused] = await links.apply(tx, done.flatMap(({ result }) => result?.links ?? []));
  if (refused !== undefined) throw new ResourceError(409, `${refused.sourceId} and ${refused.targetId} were not linked: one of them has another link`);
}
