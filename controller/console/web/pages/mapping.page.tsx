import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf, rest, type Json } from '../api/rest.ts';
import { useCan } from '../api/session.ts';
import { runs, type MappingDocument } from '../api/synchronisation.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { Facts } from '../components/facts.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Notice } from '../components/notice.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Tabs } from '../components/tabs.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { MappingEditor } from './mappings/mapping-editor.tsx';
import { MappingPolicies } from './mappings/mapping-policies.tsx';
import { MappingProperties } from './mappings/mapping-properties.tsx';
import { ScriptText } from './mappings/script-text.tsx';
import { StartRun } from './mappings/start-run.tsx';
import { RunTable } from './reconciliations/run-table.tsx';

function MappingPage({ params: { mapping: name = '' } }: PageProps): JSX.Element {
  const loaded = useLoad(`mapping ${name}`, (signal) => rest<MappingDocument>({ method: 'GET', path: pathOf('mapping', name), signal }));
  const [isStarting, setIsStarting] = useState(false);
  const may = useCan('operate');
  const mapping = loaded.data;
  return (
    <>
      <PageTitle title={name} above={[{ title: 'Mappings', to: 'mappings' }]}
        actions={may && mapping !== undefined ? <button class="button primary" type="button" disabled={mapping.problems.length > 0} onClick={() => setIsStarting(true)}>Reconcile</button> : null} />
      <LoadedContent of={loaded}>{(shown) => <Shown mapping={shown} reload={loaded.reload} />}</LoadedContent>
      {isStarting && mapping !== undefined ? <StartRun mapping={mapping} onClose={() => setIsStarting(false)} /> : null}
    </>
  );
}

function Shown({ mapping, reload }: { readonly mapping: MappingDocument; readonly reload: () => void }): JSX.Element {
  const { definition, problems, source, target, enableSync, deltaReconciliation } = mapping;
  return (
    <>
      {problems.length === 0 ? null : <Notice tone="bad"><strong>This mapping cannot be used.</strong><ul>{problems.map((problem) => <li key={problem}>{problem}</li>)}</ul></Notice>}
      <Card title="About"><Facts facts={[['Source', source ?? 'not set'], ['Target', target ?? 'not set'], ['Follows changes', enableSync ? 'yes' : 'no: by runs only'], ['Deltas', deltaReconciliation ? 'kept' : 'not kept']]} /></Card>
      <Card title="Definition">
        <Tabs label="Parts of the mapping" tabs={[
          { name: 'Properties', content: () => <MappingProperties definition={definition} problems={problems} /> },
          { name: 'Policies', content: () => <MappingPolicies mapping={mapping} /> },
          { name: 'Correlation', content: () => <Slots of={definition} names={['correlation', 'correlationQuery', 'correlationScript', 'links', 'linkQualifiers', 'validSource', 'validTarget', 'sourceCondition', 'sourceQuery', 'targetQuery']} /> },
          { name: 'Thresholds and scripts', content: () => <Slots of={definition} names={['thresholds', 'onCreate', 'onUpdate', 'onDelete', 'onLink', 'onUnlink', 'defaultMapping', 'postMapping', 'onRecon', 'result', 'taskThreads', 'allowEmptySourceSet', 'runTargetPhase']} /> },
          { name: 'JSON', content: () => <MappingEditor key={JSON.stringify(definition)} mapping={mapping} onSaved={reload} /> },
        ]} />
      </Card>
      <Runs mapping={mapping._id} />
    </>
  );
}

/** What is set of them; what is not counts by its default. */
function Slots({ of, names }: { readonly of: Readonly<Record<string, Json>>; readonly names: readonly string[] }): JSX.Element {
  return <Facts facts={names.map((name) => [name, of[name] === undefined ? <span class="quiet">not set</span> : <ScriptText value={of[name]} />])} />;
}

function Runs({ mapping }: { readonly mapping: string }): JSX.Element {
  const list = useLoad('runs', runs);
  return <Card title="Last runs"><LoadedContent of={list}>{(all) => <RunTable caption="Last runs" runs={all.filter((run) => run.mapping === mapping).slice(0, 10)} />}</LoadedContent></Card>;
}

export const page: ConsolePage = { path: 'mappings/:mapping', title: 'Mapping', component: MappingPage };
