import { itemsOf, type Chunks, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import type { Call, ConnectorOperations, SyncRequest } from '../../framework/spi.js';
import { filterValue } from './request-values.js';
import { deltaOf, objectOf, tokenOf } from './result-values.js';
import { pagedSearch } from './script-pages.js';
import { scriptResults } from './script-results.js';
import type { ScriptedConfig, ScriptedSession } from './scripted-connector.js';
import type { Asker } from './scripted-operations.js';

/** Operations whose scripts hand their results to a handler, one by one. */
export function streamOperations<C extends ScriptedConfig, S>(ask: Asker<ScriptedSession<C, S>>): Pick<ConnectorOperations<ScriptedSession<C, S>>, 'search' | 'sync'> {
  return {
    search: (session, { objectClass, filter, options: asked }, call) => itemsOf(pagedSearch(asked, (options) => scriptResults((take, signal) => ask(session, {
      slot: 'searchScriptFileName', kind: 'search', operation: 'SEARCH', objectClass, options, more: { filter: filter === undefined ? null : filterValue(filter) }, take, signal,
    }, call), (given) => objectOf(given, objectClass), call.signal))),
    sync: (session, request, call) => itemsOf(changes(ask, session, request, call)),
  };
}

/** Ends with the token the script answers, or the last change's where it answers none. */
async function* changes<Session>(ask: Asker<Session>, session: Session, { objectClass, token, options }: SyncRequest, call: Call): Chunks<SyncDelta, SyncToken | undefined> {
  let last: SyncToken | undefined;
  const results = scriptResults((take, signal) => ask(session, {
    slot: 'syncScriptFileName', kind: 'sync', operation: 'SYNC', objectClass, options, more: { token: token?.value ?? null }, take, signal,
  }, call), (given) => deltaOf(given, objectClass), call.signal);
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return tokenOf(step.value) ?? last;
      last = step.value.at(-1)?.token;
      yield step.value;
    }
  } finally {
    await results.return(null);
  }
}
