import type { JSX } from 'preact';
import type { JsonObject } from '../../api/rest.ts';
import type { MappingDocument } from '../../api/synchronisation.ts';
import { DataTable, type Column } from '../../components/data-table.tsx';
import { Notice } from '../../components/notice.tsx';
import { textOf } from '../objects/shown-value.tsx';
import { problemsAt } from './mapping-properties.tsx';
import { ScriptText } from './script-text.tsx';

const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'LINK', 'UNLINK', 'EXCEPTION', 'REPORT', 'NOREPORT', 'ASYNC', 'IGNORE'] as const;

interface Row { readonly key: string; readonly situation: string; readonly policy: JsonObject | undefined; readonly action: string | undefined; readonly problems: readonly string[] }

/** A line for each situation, or for each of its policies; without one, the default. */
function rowsOf({ definition, defaultActions, problems }: MappingDocument): readonly Row[] {
  const policies = (Array.isArray(definition['policies']) ? definition['policies'] as readonly JsonObject[] : []).map((policy, at) => ({ policy, at }));
  const known = Object.keys(defaultActions);
  const of = (situation: string) => policies.filter(({ policy }) => textOf(policy['situation']).toUpperCase() === situation);
  const strange = policies.filter(({ policy }) => !known.includes(textOf(policy['situation']).toUpperCase()));
  const rowOf = (situation: string, { policy, at }: (typeof policies)[number]): Row => ({ key: `policy ${at}`, situation, policy, action: typeof policy['action'] === 'string' ? policy['action'].toUpperCase() : undefined, problems: problemsAt(problems, 'policies', at) });
  return [
    ...known.flatMap((situation): readonly Row[] => {
      const own = of(situation).map((each) => rowOf(situation, each));
      return own.length > 0 ? own : [{ key: situation, situation, policy: undefined, action: defaultActions[situation], problems: [] }];
    }),
    ...strange.map((each) => rowOf(textOf(each.policy['situation']), each)),
  ];
}

const ACTION_COLUMNS = ACTIONS.map((action): Column<Row> => ({
  name: action, value: ({ action: chosen, policy }) => (chosen !== action ? <span class="quiet not-chosen" aria-hidden="true">·</span> : policy === undefined ? <span class="quiet">default</span> : <strong>chosen</strong>),
}));
const COLUMNS: readonly Column<Row>[] = [
  { name: 'Situation', isTight: true, value: ({ situation, problems }) => <>{situation}{problems.map((problem) => <Notice key={problem} tone="bad">{problem}</Notice>)}</> },
  ...ACTION_COLUMNS,
  { name: 'By script, when, then', value: ({ policy, action }) => (policy === undefined ? <span class="quiet">–</span> : <>{action === undefined ? <ScriptText value={policy['action']} /> : null}{policy['condition'] === undefined ? null : <small>when <ScriptText value={policy['condition']} /></small>}{policy['postAction'] === undefined ? null : <small>then <ScriptText value={policy['postAction']} /></small>}</>) },
];

/** Situations by actions. */
export function MappingPolicies({ mapping }: { readonly mapping: MappingDocument }): JSX.Element {
  return <div class="matrix"><DataTable caption="Policies: situations by actions" columns={COLUMNS} rows={rowsOf(mapping)} rowKey={({ key }) => key} empty="No situations" /></div>;
}
