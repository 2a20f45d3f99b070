import type { JsonObject, JsonValue } from '../crest/json.js';
import { evaluateConditions } from './evaluate-conditions.js';
import type { Policy } from './mapping.js';
import type { MappingEvaluation } from './mapping-evaluation.js';
import { actionOf } from './mapping-source.js';
import type { MappingScript } from './mapping-script.js';
import { scriptText } from './script-text.js';
import { DEFAULT_ACTIONS, type Action, type Situation } from './situations.js';
import { scriptError, type Tried } from './tried.js';

export interface PolicyInput {
  readonly situation: Situation;
  readonly qualifier: string;
  readonly source?: JsonObject | undefined;
  readonly target?: JsonObject | undefined;
  readonly oldSource?: JsonObject | undefined;
  readonly sourceId?: string | undefined;
  readonly targetId?: string | undefined;
  readonly ambiguousTargetIds?: readonly string[] | undefined;
  readonly reconId?: string | undefined;
  /** Where the object was met. */
  readonly side: 'source' | 'target';
}

export interface ChosenAction {
  readonly action: Action;
  /** To be run after the action; not after ASYNC, IGNORE, or an exception. */
  readonly postAction: MappingScript | undefined;
}

/** Per object, the first policy of its situation whose condition holds, else the default action. */
export async function chooseActions(evaluation: MappingEvaluation, batch: readonly PolicyInput[]): Promise<readonly Tried<ChosenAction>[]> {
  const policies = await policiesFor(evaluation, batch);
  const actions = await actionsOf(evaluation, batch, policies);
  return batch.map(({ situation }, index): Tried<ChosenAction> => {
    const action = actions[index] ?? { value: DEFAULT_ACTIONS[situation] };
    if ('error' in action) return action;
    const own = policies[index];
    const policy = own !== undefined && 'value' in own ? own.value : undefined;
    // With conditions of which none holds, the postAction of the first policy runs all the same, as in IDM.
    const postAction = (policy ?? evaluation.mapping.policies.find((candidate) => candidate.situation === situation))?.postAction;
    return { value: { action: action.value, postAction: NO_POST_ACTION.has(action.value) ? undefined : postAction } };
  });
}

const NO_POST_ACTION: ReadonlySet<Action> = new Set(['ASYNC', 'IGNORE']);

/** Sparse: nothing where no policy applies. */
async function policiesFor(evaluation: MappingEvaluation, batch: readonly PolicyInput[]): Promise<readonly (Tried<Policy> | undefined)[]> {
  const chosen: (Tried<Policy> | undefined)[] = batch.map(() => undefined);
  for (const policy of evaluation.mapping.policies) {
    const open = batch.flatMap((input, index) => (chosen[index] === undefined && input.situation === policy.situation ? [{ input, index }] : []));
    if (open.length === 0) continue;
    const judged = await evaluateConditions(evaluation, policy.condition, open.map(({ input }) => ({ object: input.source ?? null, linkQualifier: input.qualifier })));
    for (const [at, { index }] of open.entries()) {
      const tried = judged[at];
      if (tried !== undefined && 'error' in tried) chosen[index] = tried;
      else if (tried?.value === true) chosen[index] = { value: policy };
    }
  }
  return chosen;
}

async function actionsOf({ mapping, run }: MappingEvaluation, batch: readonly PolicyInput[], policies: readonly (Tried<Policy> | undefined)[]): Promise<readonly (Tried<Action> | undefined)[]> {
  const actions: (Tried<Action> | undefined)[] = policies.map((tried) => {
    if (tried === undefined || 'error' in tried) return tried;
    return typeof tried.value.action === 'string' ? { value: tried.value.action } : undefined;
  });
  const scripted = batch.flatMap((input, index) => {
    const policy = policies[index];
    return policy === undefined || 'error' in policy || typeof policy.value.action === 'string' ? [] : [{ index, script: policy.value.action, input }];
  });
  const outcomes = await run(scripted.map(({ script, input }) => ({ script, bindings: actionBindings(mapping.name, input) })));
  for (const [at, outcome] of outcomes.entries()) {
    const { index, script } = scripted[at] ?? { index: -1, script: undefined };
    actions[index] = 'error' in outcome ? scriptError(script?.slot ?? 'action', outcome.error) : actionAnswer(script?.slot ?? 'action', outcome.value);
  }
  return actions;
}

function actionAnswer(slot: string, value: JsonValue | undefined): Tried<Action> {
  const action = actionOf(value);
  return action === undefined ? scriptError(slot, new TypeError(`it must answer the name of an action, and answered ${scriptText(value).slice(0, 100)}`)) : { value: action };
}

function actionBindings(mapping: string, input: PolicyInput): Record<string, JsonValue | undefined> {
  const { source, target, oldSource, qualifier, side, situation, sourceId, targetId, ambiguousTargetIds = [], reconId } = input;
  const actionParam: JsonObject = {
    reconId: reconId ?? null, mapping, situation, action: DEFAULT_ACTIONS[situation], linkQualifier: qualifier, _action: 'performAction',
    ...(side === 'target' ? { target: 'true' } : { sourceId: sourceId ?? null }), ...(targetId === undefined ? {} : { targetId }),
    ambiguousTargetIds: [...ambiguousTargetIds],
  };
  return { source, target, oldSource, sourceAction: side === 'source', linkQualifier: qualifier, recon: { actionParam } };
}

/** Runs a policy's `postAction`. Undefined: it went well. */
export async function runPostAction({ run }: MappingEvaluation, script: MappingScript, input: PolicyInput & { readonly action: Action }): Promise<Error | undefined> {
  const { source, target, action, side, situation, qualifier, reconId } = input;
  const [outcome] = await run([{ script, bindings: { source, target, action, sourceAction: side === 'source', situation, linkQualifier: qualifier, reconId } }]);
  const tried = outcome !== undefined && 'error' in outcome ? scriptError(script.slot, outcome.error) : undefined;
  return tried !== undefined && 'error' in tried ? tried.error : undefined;
}
