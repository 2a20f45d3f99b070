import { ConnectorError, GuardedString } from '../../../protocol/model/index.js';
import { BASIC_PROPERTIES, httpAddress } from '../../engines/rest/index.js';
import { flag, guarded, integer, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

/** The most records the Table API gives at a time is 10,000 (https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html). */
const MOST_RECORDS = 10_000;
const DEFAULT_PAGE = 100;

export const config = properties(withGroup(BASIC_PROPERTIES, {
  instance: text({ required: true, help: 'Host of the ServiceNow instance, e.g. dev00000.service-now.com. Another scheme or port than those of HTTPS is given with it: http://127.0.0.1:8080.' }),
  username: text({ required: true, help: 'User who may call the REST API.' }),
  password: guarded({ required: true, help: 'Password of that user.' }),
  clientID: text({ required: true, help: 'Id of the OAuth application registered in ServiceNow.' }),
  clientSecret: guarded({ required: true, help: 'Secret of that application.' }),
  pageSize: integer({ default: DEFAULT_PAGE, help: `Records asked for at a time, ${MOST_RECORDS} at most.` }),
  readSchema: flag({ help: 'Also offers the columns the instance itself has, custom ones among them, as its dictionary tells.' }),
}));
export type ServiceNowConfig = ConfigOf<typeof config>;

/** The address of an instance: a host, with or without a slash after it; HTTPS where no scheme is given. Throws `configuration`. */
export function instanceAddress({ instance }: Pick<ServiceNowConfig, 'instance'>): URL {
  const given = instance.trim();
  const address = httpAddress('instance', given.includes('://') ? given : `https://${given}`);
  if (!['', '/'].includes(address.pathname) || address.search !== '' || address.hash !== '') throw new ConnectorError('configuration', 'instance has to be the host of the instance, such as dev00000.service-now.com, without a path.');
  return address;
}

const EMPTY = new GuardedString('');

export function complaints({ username, password, clientID, clientSecret, pageSize }: ServiceNowConfig): readonly string[] {
  const missing = Object.entries({ username: username.trim() === '', password: password.equals(EMPTY), clientID: clientID.trim() === '', clientSecret: clientSecret.equals(EMPTY) })
    .filter(([, isMissing]) => isMissing).map(([name]) => name);
  return [
    ...(missing.length > 0 ? [`Set ${missing.join(', ')}: ServiceNow gives tokens to an OAuth application together with a user.`] : []),
    ...(pageSize < 1 || pageSize > MOST_RECORDS ? [`pageSize is ${pageSize}: give a number from 1 to ${MOST_RECORDS}.`] : []),
  ];
}
