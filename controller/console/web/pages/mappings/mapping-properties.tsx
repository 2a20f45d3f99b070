import type { JSX } from 'preact';
import type { JsonObject } from '../../api/rest.ts';
import { DataTable, type Column } from '../../components/data-table.tsx';
import { Notice } from '../../components/notice.tsx';
import { textOf } from '../objects/shown-value.tsx';
import { ScriptText } from './script-text.tsx';

type Row = { readonly at: number; readonly property: JsonObject; readonly problems: readonly string[] };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'Target', value: ({ property, problems }) => <>{textOf(property['target'] ?? '?')}{problems.map((problem) => <Notice key={problem} tone="bad">{problem}</Notice>)}</> },
  { name: 'From', value: ({ property: { source, template } }) => (template === undefined ? (source === undefined ? <span class="quiet">default</span> : source === '' ? 'the whole object' : textOf(source)) : <code>{textOf(template)}</code>) },
  { name: 'Transform', value: ({ property }) => <ScriptText value={property['transform']} /> },
  { name: 'Condition', value: ({ property }) => <ScriptText value={property['condition']} /> },
  { name: 'Default', value: ({ property }) => <ScriptText value={property['default']} /> },
];

/** Problems that name a member of a list: `properties.2.source must be …`. */
export function problemsAt(problems: readonly string[], list: string, at: number, target?: string): readonly string[] {
  const named = target === undefined ? [] : [`'${target}'`, `"${target}"`];
  return problems.filter((problem) => problem.startsWith(`${list}.${at}`) || problem.startsWith(`${list}[${at}]`) || (problem.startsWith(list) && named.some((name) => problem.includes(name))));
}

export function MappingProperties({ definition, problems }: { readonly definition: JsonObject; readonly problems: readonly string[] }): JSX.Element {
  const list = Array.isArray(definition['properties']) ? definition['properties'] as readonly JsonObject[] : [];
  const rows = list.map((property, at): Row => ({ at, property, problems: problemsAt(problems, 'properties', at) }));
  return <DataTable caption="Properties" columns={COLUMNS} rows={rows} rowKey={({ at }) => String(at)} empty="No properties: objects are created with what scripts give them" />;
}
