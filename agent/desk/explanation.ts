import type { DeskSession } from './desk-session.js';

interface Plan {
  readonly nativeFilter?: string;
  readonly facadeFilter?: string;
  readonly paging?: string;
  readonly facadeSort?: readonly string[];
}

/** What the target did and what was left to the facade, for each search that was planned. */
export function explanation({ plans, target, sent }: Pick<DeskSession, 'plans' | 'target' | 'sent'>): readonly string[] {
  if (plans.length === 0) return ['explain: the connector runs in a process of its own, or answered without a search; who did what is not known'];
  const [plan] = plans.slice(-1) as readonly Plan[];
  const { nativeFilter = 'none', facadeFilter = 'none', paging = 'none', facadeSort = [] } = plan ?? {};
  return [
    'explain:',
    `  filter at the target:  ${nativeFilter}`,
    `  filter in the facade:  ${facadeFilter}${facadeFilter === 'none' ? '' : ' (every object that passes the first is read for it)'}`,
    `  sorted in the facade:  ${facadeSort.length === 0 ? 'nothing' : facadeSort.join(', ')}`,
    `  pages:                 ${paging === 'native' ? 'of the target' : paging === 'counted' ? 'counted in the facade' : 'none asked for'}`,
    ...sentText(sent(), target.connector.displayName),
  ];
}

const MOST = 20;

function sentText(sent: readonly string[] | undefined, name: string): readonly string[] {
  if (sent === undefined) return [`  sent:                  not known: ${name} cannot be looked at on its way to the target`];
  return ['  sent:', ...sent.slice(0, MOST).map((text) => `    ${text.replaceAll('\n', '\n      ')}`), ...(sent.length > MOST ? [`    … and ${sent.length - MOST} more`] : [])];
}
