import { rm } from 'node:fs/promises';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import poolable from '../../../connectors/catalog/scripted-groovy-poolable/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { filled, operationSandbox, scriptFolder, withScripts } from '../../support/scripted.js';
import { SCRIPTS } from '../scripted-rest/rest-scripts.js';
import { UserService } from '../scripted-rest/user-service.js';

const CREDENTIALS = Buffer.from('causeway:s3rv1ce-w0rd').toString('base64');
/** Makes the scripts of the REST connector ones for the toolkit, which knows of no service. */
const CONNECTION = `
  const of = (http) => Object.fromEntries(['get', 'post', 'patch', 'delete'].map((method) => [method, (path, more) => http[method](
    { url: [customConfiguration.service.address, ...[path].flat().map(encodeURIComponent)].join('/') }, { ...more, headers: { authorization: ['Basic ', customConfiguration.service.basic] } },
  )]));
  const connection = of(http), customizedConnection = of(http.strict);`;

for (const connector of [groovy, poolable]) {
  describeConnectorContract(connector.id, async () => {
    const runner = await operationSandbox({}, 16);
    const service = await UserService.start();
    const { port } = service;
    service.guard = ({ headers }) => (headers['authorization'] === `Basic ${CREDENTIALS}` ? undefined : { status: 401 });
    const { scripts = {}, values = {} } = filled(Object.fromEntries(Object.entries({ ...SCRIPTS, test: "await customizedConnection.get('users');" }).map(([slot, text]) => [slot, `${CONNECTION}\n${text}`])));
    const folder = await scriptFolder(scripts);
    return {
      connector: withScripts(connector, runner),
      configuration: {
        ...values, scriptRoots: [folder], customConfiguration: `service { address = '${service.address}' }`, customSensitiveConfiguration: new GuardedString(`service { basic = '${CREDENTIALS}' }`),
      },
      objectClass: ACCOUNT,
      sample: (index) => [new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`))],
      change: Attribute.of('mail', 'changed@example.com'),
      multiValued: { name: 'groups', values: ['admins', 'staff'] },
      filters: [{ kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }],
      filterAttributes: ['mail'],
      optional: ['mail'],
      freeText: ['mail'],
      broken: { customSensitiveConfiguration: new GuardedString("service { basic = 'd3Jvbmc=' }") },
      secrets: ['pass-w0rd-', CREDENTIALS, 'd3Jvbmc='],
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
}
