import type { JSX } from 'preact';
import type { Agent } from '../../api/fleet.ts';
import { Mark } from '../../components/mark.tsx';
import { fromNow, moment, runsOutSoon } from '../../components/words.ts';

export function AgentState({ agent: { state, revoked } }: { readonly agent: Pick<Agent, 'state' | 'revoked'> }): JSX.Element {
  if (revoked) return <Mark tone="bad">revoked</Mark>;
  return <Mark tone={state === 'connected' ? 'ok' : state === 'draining' ? 'warn' : 'bad'}>{state}</Mark>;
}

export function CertificateEnd({ agent: { certificate } }: { readonly agent: Pick<Agent, 'certificate'> }): JSX.Element {
  if (certificate === null) return <span class="quiet">not known</span>;
  const words = <span title={moment(certificate.notAfter)}>{fromNow(certificate.notAfter)}</span>;
  return runsOutSoon(certificate.notAfter) ? <Mark tone="warn">{words}</Mark> : words;
}
