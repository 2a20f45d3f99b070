import type { RequestHandler } from './crest/request.js';
import { notFound } from './crest/resource-error.js';

export type ReadyState = 'ACTIVE_READY' | 'ACTIVE_NOT_READY' | 'STOPPING';

const DESCRIPTIONS: Readonly<Record<ReadyState, string>> = {
  ACTIVE_READY: 'OpenIDM ready', ACTIVE_NOT_READY: 'OpenIDM is starting', STOPPING: 'OpenIDM is stopping',
};

/**
 * `GET /info/ping`: the one resource that needs no login. The texts are those load balancers look for. `GET /info/login`: who
 * the caller is.
 */
export function infoRequests(state: () => ReadyState): RequestHandler {
  return (request, { caller, roles = [] }) => {
    if (request.kind === 'read' && request.path.join('/') === 'login') {
      return Promise.resolve({ kind: 'action', content: { _id: 'login', authenticationId: caller, authorization: { id: caller, component: 'internal/user', roles: [...roles] } } });
    }
    if (request.kind !== 'read' || request.path.join('/') !== 'ping') return Promise.reject(notFound(`Resource 'info/${request.path.join('/')}' not found`));
    return Promise.resolve({ kind: 'action', content: { _id: '', _rev: '', shortDesc: DESCRIPTIONS[state()], state: state() } });
  };
}
