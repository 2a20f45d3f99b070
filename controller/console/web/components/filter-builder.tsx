import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Field } from './field.tsx';
import { OPERATORS, filterText, type FilterTest } from './filter-text.ts';

export interface FilterBuilderProps {
  readonly properties: readonly string[];
  /** Those whose numbers and truth values are no texts. */
  readonly unquoted?: readonly string[];
  readonly onFilter: (filter: string) => void;
}

/** A filter put together from tests, or written as it is. */
export function FilterBuilder({ properties, unquoted = [], onFilter }: FilterBuilderProps): JSX.Element {
  const fresh: FilterTest = { property: properties[0] ?? '', operator: 'co', value: '' };
  const [tests, setTests] = useState<readonly FilterTest[]>([]);
  const [joined, setJoined] = useState<'and' | 'or'>('and');
  const [raw, setRaw] = useState<string>();
  const change = (at: number, changes: Partial<FilterTest>): void => setTests(tests.map((test, index) => (index === at ? { ...test, ...changes } : test)));
  const submit = (event: Event): void => {
    event.preventDefault();
    onFilter(raw ?? filterText(tests, joined, unquoted));
  };
  return (
    <form class="filter" onSubmit={submit} aria-label="Filter">
      {raw === undefined
        ? tests.map((test, at) => <TestRow key={at} test={test} properties={properties} onChange={(changes) => change(at, changes)} onRemove={() => setTests(tests.filter((_, index) => index !== at))} />)
        : <Field label="Filter" hint='For example: userName sw "a" and ! (mail pr)'><input class="wide" value={raw} spellcheck={false} onInput={(event) => setRaw(event.currentTarget.value)} /></Field>}
      <div class="actions">
        {raw === undefined ? <button class="button" type="button" onClick={() => setTests([...tests, fresh])}>Add a condition</button> : null}
        {raw === undefined && tests.length > 1 ? <select aria-label="Conditions are joined by" value={joined} onChange={(event) => setJoined(event.currentTarget.value === 'or' ? 'or' : 'and')}><option value="and">all of them</option><option value="or">any of them</option></select> : null}
        <button class="button" type="button" onClick={() => setRaw(raw === undefined ? filterText(tests, joined, unquoted) : undefined)}>{raw === undefined ? 'Write the filter' : 'Build the filter'}</button>
        <button class="button primary" type="submit">Search</button>
      </div>
    </form>
  );
}

interface TestRowProps { readonly test: FilterTest; readonly properties: readonly string[]; readonly onChange: (changes: Partial<FilterTest>) => void; readonly onRemove: () => void }

function TestRow({ test, properties, onChange, onRemove }: TestRowProps): JSX.Element {
  return (
    <div class="test">
      <select aria-label="Property" value={test.property} onChange={(event) => onChange({ property: event.currentTarget.value })}>{properties.map((name) => <option key={name} value={name}>{name}</option>)}</select>
      <select aria-label="Operator" value={test.operator} onChange={(event) => onChange({ operator: event.currentTarget.value })}>{OPERATORS.map(([operator, words]) => <option key={operator} value={operator}>{words}</option>)}</select>
      {test.operator === 'pr' ? null : <input aria-label="Value" value={test.value} onInput={(event) => onChange({ value: event.currentTarget.value })} />}
      <button class="plain" type="button" aria-label="Remove this condition" onClick={onRemove}>×</button>
    </div>
  );
}
