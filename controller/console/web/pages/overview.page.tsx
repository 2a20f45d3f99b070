import type { JSX } from 'preact';
import { agents, systems, tokens, type Agent, type FleetSystem, type Token } from '../api/fleet.ts';
import { runs as loadRuns, type Run } from '../api/synchronisation.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { Empty } from '../components/empty.tsx';
import { Figures } from '../components/figures.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Mark } from '../components/mark.tsx';
import type { Tone } from '../components/notice.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { fromNow, runsOutSoon } from '../components/words.ts';
import type { ConsolePage } from '../page.ts';
import { wantedText } from './reconciliations/approval.tsx';
import { RunTable, runPath } from './reconciliations/run-table.tsx';

interface Seen { readonly agents: readonly Agent[]; readonly systems: readonly FleetSystem[]; readonly tokens: readonly Token[] }

async function look(signal: AbortSignal): Promise<Seen> {
  const [seenAgents, seenSystems, seenTokens] = await Promise.all([agents(signal), systems(signal), tokens(signal)]);
  return { agents: seenAgents, systems: seenSystems, tokens: seenTokens };
}

function Overview(): JSX.Element {
  const seen = useLoad('overview', look, { every: 5_000 });
  const runs = useLoad('runs', loadRuns, { every: 5_000 }); // by itself: it waits for the database, which may take long to open
  return (
    <>
      <PageTitle title="Overview" />
      <LoadedContent of={seen}>{(data) => <><Numbers seen={data} runs={runs.data ?? []} /><Attention seen={data} runs={runs.data} /></>}</LoadedContent>
      <Card title="Last runs"><LoadedContent of={runs}>{(all) => <RunTable caption="Last runs" runs={all.slice(0, 5)} />}</LoadedContent></Card>
    </>
  );
}

function Numbers({ seen, runs }: { readonly seen: Seen; readonly runs: readonly Run[] }): JSX.Element {
  const connected = seen.agents.filter(({ state }) => state === 'connected').length;
  const reachable = seen.systems.filter(({ problem, enabled }) => problem === null && enabled).length;
  const lately = seen.agents.reduce((sum, { traffic }) => sum + (traffic?.minutes.slice(-5).reduce((count, minute) => count + minute, 0) ?? 0), 0);
  return (
    <Figures figures={[
      { name: 'Agents connected', value: connected, note: `of ${seen.agents.length}`, needsAttention: connected < seen.agents.length },
      { name: 'Systems within reach', value: reachable, note: `of ${seen.systems.length}`, needsAttention: reachable < seen.systems.length },
      { name: 'Operations', value: lately.toLocaleString('en'), note: 'in the last five minutes' },
      { name: 'Runs', value: runs.filter(({ state }) => state === 'ACTIVE').length, note: 'under way' },
      { name: 'Open enrolment tokens', value: seen.tokens.length },
    ]} />
  );
}

interface Point { readonly key: string; readonly tone: Tone; readonly state: string; readonly to: string; readonly what: string; readonly why: string }

/** The last run of each mapping. */
function lastRuns(all: readonly Run[]): readonly Run[] {
  return all.filter((run, at) => all.findIndex(({ mapping }) => mapping === run.mapping) === at);
}

function points({ agents: all, systems: every }: Seen, runs: readonly Run[]): readonly Point[] {
  return [
    ...runs.filter(({ state }) => state === 'AWAITING_APPROVAL').map((run): Point => ({ key: `run ${run._id}`, tone: 'warn', state: 'approval', to: runPath(run), what: `Run of ${run.mapping}`, why: `waits for approval: it wants to ${wantedText(run)}` })),
    ...lastRuns(runs).filter(({ state }) => state === 'FAILED').map((run): Point => ({ key: `run ${run._id}`, tone: 'bad', state: 'failed', to: runPath(run), what: `Run of ${run.mapping}`, why: run.message ?? 'failed' })),
    ...all.filter(({ state }) => state !== 'connected').map(({ name, state }): Point => ({ key: `agent ${name}`, tone: state === 'draining' ? 'warn' : 'bad', state, to: `agents/${encodeURIComponent(name)}`, what: name, why: state === 'draining' ? 'takes on nothing new; it will be gone soon' : 'is not connected' })),
    ...all.flatMap(({ name, certificate }): Point[] => (certificate !== null && runsOutSoon(certificate.notAfter) ? [{ key: `certificate ${name}`, tone: 'warn', state: 'certificate', to: `agents/${encodeURIComponent(name)}`, what: name, why: `its certificate runs out ${fromNow(certificate.notAfter)}` }] : [])),
    ...every.flatMap(({ name, problem }): Point[] => (problem === null ? [] : [{ key: `system ${name}`, tone: 'bad', state: 'unreachable', to: `systems/${encodeURIComponent(name)}`, what: name, why: problem }])),
  ];
}

function Attention({ seen, runs }: { readonly seen: Seen; readonly runs: readonly Run[] | undefined }): JSX.Element {
  const found = points(seen, runs ?? []);
  return (
    <Card title="Needs attention">
      {found.length === 0
        ? <Empty title="All is well">Every agent is connected, and every system is within reach{runs === undefined ? '' : '; no run waits or has failed'}.</Empty>
        : <dl class="facts">{found.map(({ key, tone, state, to, what, why }) => <div key={key}><dt><Mark tone={tone}>{state}</Mark></dt><dd><Link to={to}>{what}</Link>{` ${why}`}</dd></div>)}</dl>}
    </Card>
  );
}

export const page: ConsolePage = { path: '', title: 'Overview', navigation: { group: 'Fleet', order: 10, icon: '◎' }, component: Overview };
