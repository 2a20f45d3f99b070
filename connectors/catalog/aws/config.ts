import { regionalStsAddress } from '../../engines/rest/authentication/aws-role.js';
import { BASIC_PROPERTIES, boxedInteger, connectionTimeoutMilliseconds, givenInteger, httpAddress, proxyProperties, type HttpConfiguration } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties({
  ...withGroup(BASIC_PROPERTIES, {
    accessKeyId: text({ required: true, help: 'Access key id of the user who assumes the role.' }),
    secretKey: guarded({ required: true, help: 'Secret access key that belongs to it.' }),
    roleArn: text({ required: true, help: 'ARN of the role to assume, e.g. arn:aws:iam::123456789012:role/Causeway.' }),
    region: text({ help: 'AWS region the role is assumed in, e.g. eu-central-1; its partition has the users. Left empty: us-east-1.' }),
    pageSize: givenInteger({ default: 100, help: 'Users asked for at once, 1 to 1000.' }),
    credentialsExpiration: givenInteger({ default: 3600, help: 'Seconds temporary credentials last: 900 to 43200, and no more than the role permits.' }),
    parentId: text({ help: 'Parent id of AWS Organizations. Taken from existing configurations, and not used.' }),
    userName: text({ help: 'A user whose inline policies the test of the configuration has to be able to list.' }),
    ...proxyProperties, ...connectionTimeoutMilliseconds(10_000),
    maxConnections: boxedInteger({ default: 10, help: 'The most connections at a time; further requests wait.' }),
  }),
  ...withGroup(OWN_PROPERTIES, {
    deleteDependents: flag({ default: false, help: 'Whether deleting a user first removes access keys, certificates, MFA devices, policies and group memberships, which AWS deletes no user with.' }),
    endpoint: text({ help: 'Address of IAM to use in place of the one of the partition.' }),
    stsEndpoint: text({ help: 'Address of the Security Token Service to use in place of the one of the region, such as a VPC endpoint.' }),
  }),
});
export type AwsConfig = ConfigOf<typeof config>;

/** IAM has one address for each partition, and a region to sign for: https://docs.aws.amazon.com/general/latest/gr/iam-service.html */
const PARTITIONS = [
  { regions: 'cn-', host: 'iam.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  { regions: 'us-gov-', host: 'iam.us-gov.amazonaws.com', region: 'us-gov-west-1' },
  { regions: '', host: 'iam.amazonaws.com', region: 'us-east-1' },
] as const;

export const isBlank = (text: string | null): text is null | '' => text === null || text.trim() === '';

function partitionOf({ region }: AwsConfig): { readonly host: string; readonly region: string } {
  return PARTITIONS.find(({ regions }) => (region ?? '').startsWith(regions)) ?? PARTITIONS[2];
}

/** What requests to IAM are signed for. */
export const signedRegion = (config: AwsConfig): string => partitionOf(config).region;
/** What the role is assumed in. */
export const roleRegion = (config: AwsConfig): string => (isBlank(config.region) ? signedRegion(config) : config.region);

export function addressOf(config: AwsConfig): URL {
  return isBlank(config.endpoint) ? new URL(`https://${partitionOf(config).host}/`) : httpAddress('endpoint', config.endpoint);
}

export function stsAddressOf(config: AwsConfig): URL {
  return isBlank(config.stsEndpoint) ? regionalStsAddress(roleRegion(config)) : httpAddress('stsEndpoint', config.stsEndpoint);
}

export function httpOf({ maxConnections, ...config }: AwsConfig): HttpConfiguration {
  return { ...config, maximumConnections: maxConnections };
}

export function complaints(config: AwsConfig): readonly string[] {
  const { roleArn, region, pageSize, credentialsExpiration, maxConnections } = config;
  const between = (name: string, value: number | null, least: number, most: number): string[] => (value === null || (value >= least && value <= most) ? [] : [`${name} is ${value}: give ${least} to ${most}.`]);
  return [
    ...(/^arn:[a-z-]+:iam::\d+:role\/./.test(roleArn) ? [] : [`roleArn is '${roleArn}', which is no role: write it as arn:aws:iam::123456789012:role/Causeway.`]),
    ...(isBlank(region) || /^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(region) ? [] : [`region is '${region}', which is no region of AWS: write it as eu-central-1.`]),
    ...between('pageSize', pageSize, 1, 1_000), ...between('credentialsExpiration', credentialsExpiration, 900, 43_200), ...between('maxConnections', maxConnections, 1, 1_000),
  ];
}
