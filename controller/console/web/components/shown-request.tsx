import type { JSX } from 'preact';
import { useContext } from 'preact/hooks';
import { curlOf } from '../api/curl.ts';
import type { RestRequest } from '../api/rest.ts';
import { SessionContext } from '../api/session.ts';
import { CopiedText } from './copied-text.tsx';

/** What is sent, and the same for a shell. */
export function ShownRequest({ request }: { readonly request: RestRequest }): JSX.Element {
  const { name } = useContext(SessionContext);
  const body = request.body === undefined ? '' : `\n\n${JSON.stringify(request.body, null, 2)}`;
  return (
    <>
      <h3>Request</h3>
      <pre tabIndex={0} aria-label="Request">{`${request.method} /openidm/${request.path}${body}`}</pre>
      <h3>The same with curl</h3>
      <CopiedText label="curl command" text={curlOf(request, name)} />
    </>
  );
}
