import type { JsonObject } from '../../controller/crest/json.js';
import { FakeBox } from '../connectors/box/fake.js';

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
};
