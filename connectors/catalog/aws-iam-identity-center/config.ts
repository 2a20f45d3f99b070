import { regionalStsAddress } from '../../engines/rest/authentication/aws-role.js';
import { BASIC_PROPERTIES, boxedInteger, httpAddress, proxyProperties, type HttpConfiguration } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties({
  ...withGroup(BASIC_PROPERTIES, {
    accessKey: text({ required: true, help: 'Access key id of the user who assumes the role.' }),
    secretKey: guarded({ required: true, help: 'Secret access key that belongs to it.' }),
    roleArn: text({ required: true, help: 'ARN of the role to assume, e.g. arn:aws:iam::123456789012:role/Causeway.' }),
    roleSessionName: text({ required: true, help: 'Name of the session, shown in CloudTrail: 2 to 64 letters, digits and +=,.@_-.' }),
    region: text({ required: true, help: 'AWS region of the identity store, e.g. eu-central-1.' }),
    identityStoreId: text({ required: true, help: 'Identity store that holds users and groups, e.g. d-1234567890.' }),
    sessionExpirationTime: boxedInteger({ default: 3600, required: true, help: 'Seconds a session of the role lasts, 900 to 3600.' }),
    ...proxyProperties,
    proxyPort: { ...proxyProperties.proxyPort, type: 'String' },
    connectionTimeout: boxedInteger({ help: 'Seconds to wait for a connection to be made. Left empty: 10.' }),
    maxConnections: boxedInteger({ help: 'The most connections at a time. Left empty: 20.' }),
    readRateLimit: text({ default: '20/sec', help: 'Most reading requests in a time, e.g. 30/sec or 100/min.' }),
    writeRateLimit: text({ default: '10/sec', help: 'Most writing requests in a time, e.g. 30/sec or 100/min.' }),
  }),
  ...withGroup(OWN_PROPERTIES, {
    endpoint: text({ help: 'Address of the identity store to use in place of that of the region, such as a VPC endpoint.' }),
    stsEndpoint: text({ help: 'Address of the Security Token Service to use in place of that of the region.' }),
  }),
});
export type IdentityCenterConfig = ConfigOf<typeof config>;

const given = (property: string, value: string | null): URL | undefined => (value === null || value.trim() === '' ? undefined : httpAddress(property, value));

/** https://docs.aws.amazon.com/general/latest/gr/identity-store.html */
export function addressOf({ region, endpoint }: IdentityCenterConfig): URL {
  return given('endpoint', endpoint) ?? new URL(`https://identitystore.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}

export const stsAddressOf = ({ stsEndpoint, region }: IdentityCenterConfig): URL => given('stsEndpoint', stsEndpoint) ?? regionalStsAddress(region);

export const httpOf = (config: IdentityCenterConfig): HttpConfiguration => ({ ...config, maximumConnections: config.maxConnections });

/** Of the id as https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListUsers.html has it, of the session's name as STS. */
const FORMS = {
  region: { form: /^[a-z]{2,}(?:-[a-z0-9]+)+$/, example: 'eu-central-1' },
  roleSessionName: { form: /^[\w+=,.@-]{2,64}$/, example: 'causeway: 2 to 64 letters, digits and +=,.@_-' },
  identityStoreId: { form: /^d-[0-9a-f]{10}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, example: 'd-1234567890' },
} as const;

export function complaints(config: IdentityCenterConfig): readonly string[] {
  const { sessionExpirationTime, maxConnections } = config;
  return [
    ...(Object.keys(FORMS) as (keyof typeof FORMS)[]).filter((name) => !FORMS[name].form.test(config[name])).map((name) => `${name} is '${config[name]}': give one such as ${FORMS[name].example}.`),
    ...(sessionExpirationTime >= 900 && sessionExpirationTime <= 3600 ? [] : [`sessionExpirationTime is ${sessionExpirationTime}: give 900 to 3600 seconds.`]),
    ...(maxConnections === null || maxConnections >= 1 ? [] : [`maxConnections is ${maxConnections}: give 1 or more.`]),
  ];
}
