import type { Database } from '../../store/database/database.js';
import { askForCandidates, askForLinkedSources, askForLinkedTargets, type AskParts } from '../decisions/ask.js';
import { dropCandidates, openDecisions, type DecisionTables } from '../decisions/decision-tables.js';
import { findCandidates, judgeSources, type FixedPolicies } from '../decisions/judge-sources.js';
import { judgeTargets } from '../decisions/judge-targets.js';
import { chooseActions, withholdDeletions } from '../decisions/choose-actions.js';
import type { RunEngine } from '../run-engine.js';
import { SITUATIONS, type Action, type Situation } from '../../mappings/situations.js';

export interface DecideParts {
  readonly database: Database;
  readonly tables: DecisionTables;
  readonly engine: RunEngine;
  readonly reconId: string;
  readonly ask: AskParts;
  /** The target's read showed nothing. */
  readonly isTargetEmpty: boolean;
}

/** From two sets to a row for each object with its situation and action. Begins anew whenever it was cut off. */
export async function decideRun(parts: DecideParts, signal: AbortSignal): Promise<void> {
  const { database, tables, engine, ask } = parts;
  const policies = fixedPolicies(engine);
  await openDecisions(database, tables);
  const mayCorrelate = !parts.isTargetEmpty || engine.mapping.settings.correlateEmptyTargetSet;
  if (mayCorrelate) await askForCandidates(ask, signal);
  await askForLinkedTargets(ask, signal);
  await findCandidates(database, tables);
  signal.throwIfAborted();
  await judgeSources(database, tables, policies);
  if (engine.mapping.settings.runTargetPhase) {
    await askForLinkedSources(ask, signal);
    signal.throwIfAborted();
    await judgeTargets(database, tables, policies);
  }
  await chooseActions(parts, signal);
  await database.query(`analyze ${tables.objects}`);
  await withholdDeletions(database, tables);
  await dropCandidates(database, tables.run);
}

function fixedPolicies(engine: RunEngine): FixedPolicies {
  const actions = new Map<Situation, Action>();
  for (const situation of SITUATIONS) {
    const action = engine.fixedAction(situation);
    if (action !== undefined) actions.set(situation, action);
  }
  return { actions, hasPostMapping: engine.hasPostMapping };
}
