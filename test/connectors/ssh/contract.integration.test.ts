import { rm } from 'node:fs/promises';
import ssh from '../../../connectors/catalog/ssh/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { operationSandbox, scriptFolder, withScripts } from '../../support/scripted.js';
import { startSshd } from '../../targets/sshd.js';
import { FILE_SCRIPTS } from './file-scripts.js';
import { loginOf } from './fixture.js';

/** Accounts are files of the home directory on a real OpenSSH server, by scripts made for this: nothing else is among them. */
describeConnectorContract('ssh', async () => {
  const [sshd, runner, folder] = await Promise.all([startSshd(), operationSandbox({}, 16), scriptFolder(FILE_SCRIPTS)]);
  return {
    connector: withScripts(ssh, runner),
    configuration: {
      ...loginOf(sshd), scriptRoots: [folder],
      ...Object.fromEntries(Object.keys(FILE_SCRIPTS).map((file) => [`${file[0]!.toLowerCase()}${file.slice(1, -3)}ScriptFileName`, file])),
    },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('team', index % 2 === 0 ? 'even' : 'odd'),
    ],
    change: Attribute.of('mail', 'changed@example.com'),
    multiValued: { name: 'groups', values: ['admins', "it's staff"] },
    filters: [{ kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }, { kind: 'startsWith', attribute: Attribute.of('team', 'o') }],
    filterAttributes: ['mail'],
    optional: ['mail'],
    freeText: ['mail'],
    broken: { password: new GuardedString('not-the-password-6') },
    secrets: [sshd.password, 'not-the-password-6'],
    behind: { name: 'OpenSSH', real: true },
    outage: { begin: () => sshd.pause(), end: () => sshd.resume() },
    stop: async () => {
      await runner.close();
      await sshd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
