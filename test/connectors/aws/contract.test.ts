import aws from '../../../connectors/catalog/aws/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { PauseSkippingClock } from '../../support/pause-skipping-clock.js';
import { configuration, watchedFakes } from './system.js';

describeConnectorContract('aws: users', async () => {
  const fakes = await watchedFakes('users');
  const fake = await fakes.start();
  return {
    connector: aws,
    configuration: configuration(fake),
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}@example.com`), Attribute.of('Path', `/department${index % 3}/`), Attribute.of('Tags', new Map([['Project', `Meteor ${index}`]]))],
    change: Attribute.of('Path', '/changed/'),
    filters: [{ kind: 'equals', attribute: new Name('user1@example.com') }],
    filterAttributes: ['Path', 'Arn'],
    broken: { secretKey: new GuardedString('not-the-secret-of-aws') },
    secrets: [fake.secretKey, 'not-the-secret-of-aws'],
    behind: { name: fakes.isChecking ? 'a fake checked against AWS\'s models of IAM and STS' : 'a fake', real: false },
    outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
    openCursors: async () => fake.service.open + fake.sts.open,
    clock: new PauseSkippingClock(),
    exempt: { values: 'Its one multi-valued attribute, Tags, has objects for values; behaviour.test.ts adds and removes them.' },
    stop: async () => {
      fakes.keep();
      await fake.stop();
    },
  };
});
