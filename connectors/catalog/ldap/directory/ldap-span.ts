import type { SpanStart } from '../../../../protocol/model/index.js';
import type { LdapRequest } from './request.js';

/** A request to a directory server as traces show it. OpenTelemetry has no conventions for LDAP; a DN or a filter is never in it. */
export function ldapSpan(server: string, { operation }: LdapRequest): SpanStart {
  const { hostname, port } = URL.canParse(server) ? new URL(server) : { hostname: undefined, port: '' };
  return { kind: 'client', attributes: { 'ldap.operation': operation, 'server.address': hostname, 'server.port': port === '' ? undefined : Number(port) } };
}
