import scriptedRest from '../../connectors/catalog/scripted-rest/index.js';
import { GuardedString, IcfUri } from '../../protocol/model/index.js';
import { SCRIPTS } from '../connectors/scripted-rest/rest-scripts.js';
import { UserService } from '../connectors/scripted-rest/user-service.js';
import { usersContract } from '../connectors/scripted-rest/users-contract.js';
import { describeConnectorContract } from './connector-contract.js';

describeConnectorContract('scripted-rest', async () => {
  const service = await UserService.start();
  const credentials = `Basic ${Buffer.from('causeway:s3rv1ce-w0rd').toString('base64')}`;
  service.guard = ({ headers }) => (headers['authorization'] === credentials ? undefined : { status: 401, headers: { 'www-authenticate': 'Basic realm="users"' } });
  return usersContract(scriptedRest, service, {
    scripts: SCRIPTS,
    configuration: { serviceAddress: new IcfUri(service.address), username: 'causeway', password: new GuardedString('s3rv1ce-w0rd') },
    broken: { password: new GuardedString('wrong') },
    secrets: ['s3rv1ce-w0rd'],
  });
});
