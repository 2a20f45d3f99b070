import googleApps from '../../../connectors/catalog/google-apps/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { PauseSkippingClock } from '../../support/pause-skipping-clock.js';
import { secret } from '../../support/secret-values.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeWorkspace } from './fake.js';
import { callerFor, configuration, map, NOT_OF_THE_DIRECTORY } from './system.js';

const PASSWORD = secret('password in the contract suite of the workspace');
const WRONG = secret('wrong client secret at Google');
const text = (name: string, value: string): Attribute => Attribute.of(name, value);

interface Suite {
  sample(index: number): Attribute[];
  readonly change: Attribute;
  /** @default that of `change` */
  readonly filterAttributes?: readonly string[];
}

const SUITES: Readonly<Record<string, Suite>> = {
  [ACCOUNT]: {
    sample: (index) => [
      new Name(`user${index}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(PASSWORD)), text('recoveryEmail', `user${index % 3}@home.example`),
      Attribute.of('name', map({ givenName: 'Given', familyName: `Family ${index}`, fullName: `Given Family ${index}` })),
    ],
    change: text('recoveryEmail', 'changed@home.example'),
  },
  [GROUP]: {
    sample: (index) => [new Name(`group${index}@example.com`), text('name', `Group ${index}`), text('description', `description ${index % 3}`)],
    change: text('description', 'changed'), filterAttributes: ['name', 'description'],
  },
  OrgUnit: {
    sample: (index) => [new Name(`unit${index}`), text('parentOrgUnitPath', '/'), text('description', `description ${index % 3}`)],
    change: text('description', 'changed'),
  },
  Member: {
    sample: (index) => [new Name(`one@example.com/user${index}@example.com`), text('groupKey', 'one@example.com'), text('email', `user${index}@example.com`), text('delivery_settings', ['ALL_MAIL', 'DAILY', 'DIGEST'][index % 3]!)],
    change: text('delivery_settings', 'NONE'), filterAttributes: ['delivery_settings', 'email'],
  },
};

for (const [objectClass, suite] of Object.entries(SUITES)) {
  describeConnectorContract(`google-apps: ${objectClass}`, async () => {
    const watch = await watchBy('googleDirectory', { service: 'google-apps', suite: objectClass, exemptions: NOT_OF_THE_DIRECTORY });
    const workspace = await FakeWorkspace.start({ directory: [watch] });
    if (objectClass === 'Member') {
      const caller = callerFor(workspace);
      for (const name of ['none', 'one']) await caller.create(GROUP, new Name(`${name}@example.com`));
      await caller.dispose();
    }
    return {
      ...suite, connector: googleApps, configuration: configuration(workspace), objectClass, filters: [],
      broken: { clientSecret: new GuardedString(WRONG) },
      secrets: [PASSWORD, WRONG, workspace.clientSecret, workspace.refreshToken],
      behind: { name: watch.isChecking ? 'a fake checked against Google\'s discovery document' : 'a fake', real: false },
      outage: { begin: () => workspace.directory.pause(), end: () => workspace.directory.resume() },
      openCursors: async () => workspace.directory.open,
      clock: new PauseSkippingClock(),
      stop: async () => {
        watch.keep();
        await workspace.stop();
        if (workspace.complaints.length > 0) throw new Error(workspace.complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
