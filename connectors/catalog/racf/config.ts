import { isIP } from 'node:net';
import { ConnectorError } from '../../../protocol/model/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { file, flag, guarded, integer, numbered, properties, text, type ConfigOf, type PropertyDefinition } from '../../framework/properties.js';
import { SEGMENTS, isSegment, type Segment } from './attributes/segments.js';

/** Java's `Integer`: as `int`, but may be left out. */
function javaInteger<T>(property: PropertyDefinition<T>): PropertyDefinition<T> {
  return { ...property, type: 'Integer' };
}

export const config = numbered(1, properties({
  hostName: text({ required: true, help: 'Host name or IP address of z/OS.' }),
  port: javaInteger(integer({ required: true, help: 'TCP port of the REST API: 6800 for the RSE API as IBM installs it, 443 for z/OSMF.' })),
  userId: text({ required: true, help: 'User ID of the RACF administrator the commands run as.' }),
  password: guarded({ required: true, help: 'Password of the RACF administrator.' }),
  segments: text({ help: 'Segments of the profiles to read and manage besides BASE, with commas or blanks between them, such as TSO, OMVS.' }),
  acceptSelfSignedCertificates: flag({ default: false, required: true, help: 'Accepts a server certificate that is signed by itself, whatever names it holds. For development only.' }),
  clientCertAlias: text({ help: 'Alias of the client certificate to present. The file it is in stands in clientCertificateFile.' }),
  clientCertPassword: guarded({ help: 'Password of the client certificate.' }),
  maximumConnections: javaInteger(integer({ default: 10, help: 'The most connections to the REST API at a time; further requests wait.' })),
  connectionTimeout: javaInteger(integer({ default: 300, help: 'Seconds to wait for a connection to be made.' })),
  httpProxyHost: text({ help: 'Host of the HTTP proxy to go through.' }),
  httpProxyPort: javaInteger(integer({ help: 'Port of the HTTP proxy.' })),
  httpProxyUsername: text({ help: 'User name for the HTTP proxy.' }),
  httpProxyPassword: guarded({ help: 'Password for the HTTP proxy.' }),
  restApi: text({ default: 'RSE', group: OWN_PROPERTIES, displayName: 'REST API', help: 'The REST API that runs the TSO commands: RSE for the Remote System Explorer API, ZOSMF for the TSO/E address space services of z/OSMF.' }),
  clientCertificateFile: file({ group: OWN_PROPERTIES, displayName: 'Client certificate file', help: 'PKCS#12 file with the client certificate and its key, and with no other key.' }),
  groupDetails: flag({ default: true, group: OWN_PROPERTIES, displayName: 'Group details', help: 'Whether __GROUP__ of an account is returned with owner, authority and UACC of each membership, or as plain group names. Names can be compared with what was written.' }),
}));

export type RacfConfig = ConfigOf<typeof config>;

function refuse(message: string): never {
  throw new ConnectorError('configuration', `RACF connector: ${message}`);
}

/** The segments asked for, BASE left out; any case, separated by commas, semicolons or white space, brackets and quotes allowed. */
export function segmentsOf(segments: string | null): readonly Segment[] {
  const names = (segments ?? '').toUpperCase().split(/[\s,;[\]"']+/).filter((name) => name !== '' && name !== 'BASE');
  return [...new Set(names)].map((name) => (isSegment(name) ? name : refuse(`segments names ${name}, which is no segment. Use any of ${SEGMENTS.join(', ')}.`)));
}

function checkPort(name: string, port: number | null): void {
  if (port !== null && (port < 1 || port > 65_535)) refuse(`${name} is ${port}: give a port from 1 to 65535.`);
}

/** The address of a server; the brackets around an IPv6 address may be left out. */
export function zosAddress(scheme: 'http' | 'https', host: string, port: number): URL {
  const name = host.trim();
  return new URL(`${scheme}://${isIP(name) === 6 ? `[${name}]` : name}:${port}`);
}

function checkHost(name: string, host: string | null): void {
  if (host !== null && (/[\s/?#@\\]/.test(host.trim()) || host.trim() === '')) refuse(`${name} is "${host}": give a host name or an IP address and nothing else.`);
}

/** What the table's types cannot say. */
export function validate(given: RacfConfig): void {
  segmentsOf(given.segments);
  checkHost('hostName', given.hostName);
  checkHost('httpProxyHost', given.httpProxyHost);
  checkPort('port', given.port);
  checkPort('httpProxyPort', given.httpProxyPort);
  if (!/^[A-Z0-9#$@]{1,8}$/i.test(given.userId.trim())) refuse(`userId is "${given.userId}": a RACF user ID has 1 to 8 letters, digits, #, $ or @.`);
  if (!['RSE', 'ZOSMF'].includes(given.restApi.trim().toUpperCase())) refuse(`restApi is ${given.restApi}: use RSE or ZOSMF.`);
  if (given.maximumConnections < 1) refuse(`maximumConnections is ${given.maximumConnections}: give 1 or more.`);
  if (given.connectionTimeout < 1) refuse(`connectionTimeout is ${given.connectionTimeout}: give 1 second or more.`);
  if ((given.httpProxyHost === null) !== (given.httpProxyPort === null)) refuse('httpProxyHost and httpProxyPort belong together: give both or neither.');
  if (given.clientCertAlias !== null && given.clientCertificateFile === null) {
    refuse('clientCertAlias names a certificate, but not where it is: set clientCertificateFile to the PKCS#12 file. (The Java connector takes the key store of its process.)');
  }
}
