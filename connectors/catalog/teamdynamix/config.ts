import { ConnectorError } from '../../../protocol/model/index.js';
import { connectionProperties, httpAddress, withoutTrailingSlashes } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';
import { parsePartition, type Partition } from './partition.js';

export const config = properties(withGroup(OWN_PROPERTIES, {
  serviceUri: text({ required: true, help: 'Address of the Web API, e.g. https://example.teamdynamix.com/TDWebApi, or /SBTDWebApi for the sandbox.' }),
  beid: text({ required: true, help: 'BEID of the organization, from its page in TDAdmin.' }),
  webServicesKey: guarded({ required: true, help: 'Web services key of the organization, from the same page.' }),
  onlyActivePeople: flag({ default: false, help: 'Searches give active people only.' }),
  partition: text({ help: 'The part of the people that searches give, e.g. 2/4 for the second of four. Left empty: all. For several agents that share the work.' }),
  rateLimitShare: text({ default: '1', help: 'Part of the rate limits of the service that this configuration may use, e.g. 1/4, 0.25 or 25%: for several agents behind one address, which the service counts as one.' }),
  ...connectionProperties,
}));
export type TeamDynamixConfig = ConfigOf<typeof config>;

/** Where the paths of the API begin. Throws `configuration`. */
export function apiAddress({ serviceUri }: Pick<TeamDynamixConfig, 'serviceUri'>): URL {
  const address = httpAddress('serviceUri', serviceUri);
  address.pathname = `${withoutTrailingSlashes(address.pathname).replace(/\/api$/i, '')}/api`;
  return address;
}

/** Above 0, up to 1. Throws `configuration`. */
export function shareOf({ rateLimitShare }: Pick<TeamDynamixConfig, 'rateLimitShare'>): number {
  const [, number = '', sign] = /^\s*(\d{1,4}(?:\.\d{1,6})?)\s*(%|\/\s*\d{1,4})?\s*$/.exec(rateLimitShare) ?? [];
  const share = number === '' ? NaN : Number(number) / (sign === undefined ? 1 : sign === '%' ? 100 : Number(sign.slice(1)));
  if (share > 0 && share <= 1) return share;
  throw new ConnectorError('configuration', `rateLimitShare is '${rateLimitShare}': write a part above 0, up to 1, such as 1/4, 0.25 or 25%.`);
}

/** The part of the people this configuration has; undefined: all. Throws `configuration`. */
export function partitionOf({ partition }: Pick<TeamDynamixConfig, 'partition'>): Partition | undefined {
  return partition === null || partition.trim() === '' ? undefined : parsePartition(partition, 'configuration');
}
