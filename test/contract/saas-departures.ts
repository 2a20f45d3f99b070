import type { SpecificationDeparture } from './specification-departures.js';

const NOT_NEEDED = 'Needed only where the method of authentication, a proxy or a client certificate is used; samples of the documentation have null there, and requiring it would refuse them.';
const TOKEN = 'A token: who has it gets in. The cell of the documentation is blank.';
const ONLY_SOMETIMES = ['login', 'clientId', 'clientCertAlias', 'clientCertPassword', 'httpProxyHost', 'httpProxyPort', 'httpProxyUsername', 'httpProxyPassword'];

/** Where connectors/engines/rest/saas-properties.ts says otherwise than the documentation of this system, which has these rows. */
export function saasDepartures(system: string, { user = 'login', hasOpenRefreshToken = true }: { readonly user?: string; readonly hasOpenRefreshToken?: boolean } = {}): SpecificationDeparture[] {
  const required = [user, ...ONLY_SOMETIMES.slice(1)].map((property): SpecificationDeparture => ({ system, property, aspect: 'required', specified: true, ours: false, reason: NOT_NEEDED }));
  return hasOpenRefreshToken ? [...required, { system, property: 'refreshToken', aspect: 'confidential', specified: false, ours: true, reason: TOKEN }] : required;
}
