import { rm } from 'node:fs/promises';
import scriptedRest from '../../connectors/catalog/scripted-rest/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfUri, Name } from '../../protocol/model/index.js';
import { SCRIPTS } from '../connectors/scripted-rest/rest-scripts.js';
import { UserService } from '../connectors/scripted-rest/user-service.js';
import { filled, operationSandbox, scriptFolder, withScripts } from '../support/scripted.js';
import { describeConnectorContract } from './connector-contract.js';

describeConnectorContract('scripted-rest', async () => {
  const runner = await operationSandbox({}, 16);
  const service = await UserService.start();
  const { port } = service;
  const credentials = `Basic ${Buffer.from('causeway:s3rv1ce-w0rd').toString('base64')}`;
  service.guard = ({ headers }) => (headers['authorization'] === credentials ? undefined : { status: 401, headers: { 'www-authenticate': 'Basic realm="users"' } });
  const { scripts = {}, values = {} } = filled(SCRIPTS);
  const folder = await scriptFolder(scripts);
  return {
    connector: withScripts(scriptedRest, runner),
    configuration: { ...values, scriptRoots: [folder], serviceAddress: new IcfUri(service.address), username: 'causeway', password: new GuardedString('s3rv1ce-w0rd') },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`))],
    change: Attribute.of('mail', 'changed@example.com'),
    multiValued: { name: 'groups', values: ['admins', 'staff'] },
    filters: [{ kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }],
    filterAttributes: ['mail'],
    optional: ['mail'],
    freeText: ['mail'],
    broken: { password: new GuardedString('wrong') },
    secrets: ['pass-w0rd-', 's3rv1ce-w0rd'],
    behind: { name: 'a user service over HTTP made for the tests', real: false },
    outage: { begin: () => service.stop(), end: () => service.listen(port) },
    openCursors: async () => service.open,
    stop: async () => {
      await service.stop();
      await runner.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
