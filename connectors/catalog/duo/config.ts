import { ConnectorError } from '../../../protocol/model/index.js';
import { BASIC_PROPERTIES, httpAddress } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties({
  ...withGroup(BASIC_PROPERTIES, {
    host: text({ required: true, help: 'API hostname of the Duo application, e.g. api-xxxxxxxx.duosecurity.com.' }),
    integrationKey: text({ required: true, help: 'Integration key of the Duo application.' }),
    secretKey: guarded({ required: true, help: 'Secret key of the Duo application.' }),
  }),
  ...withGroup(OWN_PROPERTIES, {
    administrators: flag({ default: true, help: 'Whether accounts are administrators, too. Without it the application needs no permission for administrators.' }),
    endpoint: text({ help: 'Address to use in place of https://<host>, such as that of a test server.' }),
  }),
});
export type DuoConfig = ConfigOf<typeof config>;

export function addressOf({ host, endpoint }: DuoConfig): URL {
  if (endpoint !== null && endpoint.trim() !== '') return httpAddress('endpoint', endpoint);
  const name = host.trim();
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(name)) throw new ConnectorError('configuration', 'host has to be the API hostname and nothing else, e.g. api-xxxxxxxx.duosecurity.com: no scheme, no port, no path.');
  return httpAddress('host', `https://${name}`);
}

export const complaints = ({ integrationKey }: DuoConfig): readonly string[] => (integrationKey.trim() === '' ? ['integrationKey is blank: give the integration key of the Duo application.'] : []);
