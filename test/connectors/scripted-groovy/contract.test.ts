import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import poolable from '../../../connectors/catalog/scripted-groovy-poolable/index.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { SCRIPTS } from '../scripted-rest/rest-scripts.js';
import { UserService } from '../scripted-rest/user-service.js';
import { usersContract } from '../scripted-rest/users-contract.js';

const CREDENTIALS = Buffer.from('causeway:s3rv1ce-w0rd').toString('base64');
/** Makes the scripts of the REST connector ones for the toolkit, which knows of no service. */
const CONNECTION = `
  const of = (http) => Object.fromEntries(['get', 'post', 'patch', 'delete'].map((method) => [method, (path, more) => http[method](
    { url: [customConfiguration.service.address, ...[path].flat().map(encodeURIComponent)].join('/') }, { ...more, headers: { authorization: ['Basic ', customConfiguration.service.basic] } },
  )]));
  const connection = of(http), customizedConnection = of(http.strict);`;

for (const connector of [groovy, poolable]) {
  describeConnectorContract(connector.id, async () => {
    const service = await UserService.start();
    service.guard = ({ headers }) => (headers['authorization'] === `Basic ${CREDENTIALS}` ? undefined : { status: 401 });
    return usersContract(connector, service, {
      scripts: Object.fromEntries(Object.entries({ ...SCRIPTS, test: "await customizedConnection.get('users');" }).map(([slot, text]) => [slot, `${CONNECTION}\n${text}`])),
      configuration: { customConfiguration: `service { address = '${service.address}' }`, customSensitiveConfiguration: new GuardedString(`service { basic = '${CREDENTIALS}' }`) },
      broken: { customSensitiveConfiguration: new GuardedString("service { basic = 'd3Jvbmc=' }") },
      secrets: [CREDENTIALS, 'd3Jvbmc='],
    });
  });
}
