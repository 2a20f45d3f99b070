import type { JsonObject } from '../../controller/crest/json.js';
import { FakeAws } from '../connectors/aws/fake.js';
import { FakeBox } from '../connectors/box/fake.js';
import { FakeGoogle, PRIVATE_KEY } from '../connectors/gcp/fake.js';
import { FakeWorkspace, TOKENS } from '../connectors/google-apps/fake.js';
import { FakeSalesforce } from '../connectors/salesforce/fake.js';
import { FakeServiceNow } from '../connectors/servicenow/fake.js';

/** A service the seed has requests for, as a fake that carries them out. */
export interface SampledService {
  /** Of the configuration, secrets as texts. */
  readonly configurationProperties: JsonObject;
  /** Texts of the samples that stand for something else here: ids of what is there from the beginning, such as groups a new user joins, and misprints. */
  readonly replaced: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** By the connector's id. */
export const SAMPLED_SERVICES: Readonly<Record<string, () => Promise<SampledService>>> = {
  async aws() {
    const fake = await FakeAws.start();
    return {
      configurationProperties: { accessKeyId: fake.accessKeyId, secretKey: fake.secretKey, roleArn: fake.roleArn, endpoint: fake.service.address, stsEndpoint: fake.sts.address },
      replaced: new Map(),
      stop: () => fake.stop(),
    };
  },
  async box() {
    const fake = await FakeBox.start();
    return {
      configurationProperties: {
        serviceUri: fake.service.address, tokenEndpoint: `${fake.service.origin}/oauth2/token`, clientId: fake.clientId, clientSecret: fake.clientSecret,
        boxSubjectType: 'Enterprise', boxSubjectId: '42', rateLimit: '900/sec', useBasicAuthForOauthTokenNeg: false,
      },
      // A note of the author's own, in Spanish, stands for the groups of an update.
      replaced: new Map([...['20013904637', '20013904699'].map((id) => [id, fake.addGroup(`group ${id}`)] as const), ['[agregarle el grupo que esta arriba]', '[]']]),
      stop: () => fake.service.stop(),
    };
  },
  async gcp() {
    const fake = await FakeGoogle.start();
    return {
      configurationProperties: {
        domainName: fake.users.domain, privateKey: PRIVATE_KEY, serviceAccount: fake.serviceAccount, adminUser: fake.adminUser, serviceAddress: fake.service.address, tokenEndpoint: fake.tokenEndpoint,
      },
      replaced: new Map(),
      stop: () => fake.service.stop(),
    };
  },
  async 'google-apps'() {
    const fake = await FakeWorkspace.start();
    return {
      configurationProperties: {
        domain: fake.users.domain, clientId: fake.clientId, clientSecret: fake.clientSecret, refreshToken: fake.refreshToken,
        directoryAddress: fake.directory.address, licensingAddress: fake.licensing.address, tokenEndpoint: `${fake.directory.origin}${TOKENS}`,
        availableLicenses: ['Google-Apps/1010020027', 'Google-Drive-storage/Google-Drive-storage-20GB'],
      },
      replaced: new Map(),
      stop: () => fake.stop(),
    };
  },
  async salesforce() {
    const fake = await FakeSalesforce.start();
    return {
      configurationProperties: {
        clientId: fake.clientId, clientSecret: fake.clientSecret, refreshToken: fake.refreshToken, loginUrl: `${fake.service.origin}/services/oauth2/token`, instanceUrl: fake.service.origin, supportedObjectTypes: ['User'],
      },
      // Commas are missing behind three values, ids are cut short, and a mark of a footnote stands in a body.
      replaced: new Map([['[ (1)\n', '[\n'], ['"Barbara"\n', '"Barbara",\n'], ['"bjensen"\n', '"bjensen",\n'], ['"00e200000001ehhP"\n', '"00e200000001ehhPAA",\n'], ['0P50300000QIbGAM', '0PS0300000QIbGAMAA'], ['0J40700000DIg3Hm', '00G0700000DIg3HmAA']]),
      stop: () => fake.service.stop(),
    };
  },
  async servicenow() {
    const fake = await FakeServiceNow.start();
    return {
      configurationProperties: {
        instance: `${fake.service.origin}/`, username: fake.owner.username, password: fake.owner.password, clientID: fake.clientId, clientSecret: fake.clientSecret, readSchema: false,
      },
      replaced: new Map(),
      stop: () => fake.service.stop(),
    };
  },
};
