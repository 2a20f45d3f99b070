import { dirname } from 'node:path';
import { readAwsModel } from './aws-model.js';
import { contractFile } from './contract-files.js';
import { ContractWatch, type Exemption } from './contract-watch.js';
import { readDiscovery } from './discovery.js';
import { readGraph } from './graph-contract.js';
import { laterVersion } from './later-version.js';
import { readOpenApi } from './openapi.js';
import { readStone } from './stone.js';
import { WEBEX_CORRECTIONS } from './webex-corrections.js';
import type { Correction, VendorContract } from './vendor-contract.js';

interface KnownContract {
  /** Folder and file. */
  readonly file: string;
  /** What requests have before the document's paths. */
  readonly base?: string;
  readonly corrections?: readonly Correction[];
  read(name: string, file: string, settings: Pick<KnownContract, 'base' | 'corrections'>): Promise<VendorContract>;
}

const openApi = (file: string, settings: Pick<KnownContract, 'base' | 'corrections'> = {}): KnownContract => ({ file, ...settings, read: (name, path, { base, corrections }) => readOpenApi({ name, file: path, ...(base === undefined ? {} : { base }), ...(corrections === undefined ? {} : { corrections }) }) });

const OFFLINE_ATTRIBUTES: Correction = { pointer: '/components/schemas/offlineAttributes', value: {}, reason: 'referred to by recipients, and defined nowhere in the document' };
const IN_V21 = 'v2.1 has it so (docusign-esign 10.0.0, the SDK DocuSign generates of v2.1)';

/** DocuSign publishes v2.1 as well; of users, groups, contacts and profiles it differs from v2 in the version and these points. */
const docusign21: KnownContract = {
  file: 'docusign/esignature.rest.swagger-v2.json', base: '/restapi',
  corrections: [
    OFFLINE_ATTRIBUTES,
    { pointer: '/components/schemas/userInformation/properties/userSettings', value: { type: 'object' }, reason: `an object instead of a list of names and values: ${IN_V21}` },
    { pointer: '/components/schemas/group/properties/usersCount', value: { type: 'string' }, reason: IN_V21 },
  ],
  read: async (name, file, { base, corrections }) => laterVersion(await readOpenApi({ name, file, base: base ?? '', corrections: corrections ?? [] }), { asked: '/restapi/v2.1/', documented: '/restapi/v2/' }),
};

const discovery = (name: string): KnownContract => ({ file: `google/${name}.json`, read: (title, file) => readDiscovery({ name: title, file }) });
const aws = (service: string): KnownContract => ({ file: `aws/${service}.json`, read: (name, file) => readAwsModel({ name, file }) });

/** Every vendor's contract there is, and what is wrong with the documents themselves. */
export const CONTRACTS = {
  box: openApi('box/openapi.json', { base: '/2.0' }),
  docusignAdmin: openApi('docusign/admin.rest.swagger-v2.1.json', { base: '/Management' }),
  docusignSignature: openApi('docusign/esignature.rest.swagger-v2.json', {
    base: '/restapi',
    corrections: [OFFLINE_ATTRIBUTES],
  }),
  docusignSignature21: docusign21,
  webexAdmin: openApi('webex/webex-admin.json', { base: '/v1', corrections: WEBEX_CORRECTIONS }),
  webexMessaging: openApi('webex/webex-messaging.json', { base: '/v1' }),
  pingone: openApi('pingone/management.openapi.yaml', { base: '/v1' }),
  dropbox: { file: 'dropbox/team.stone', read: (name, file) => readStone({ name, folder: dirname(file), base: '/2' }) },
  graph: { file: 'ms-graph/v1.0-metadata.csdl.xml', read: (name, file) => readGraph({ name, file, base: '/v1.0' }) },
  googleDirectory: discovery('admin.directory_v1'),
  googleLicensing: discovery('licensing.v1'),
  googleIdentity: discovery('cloudidentity.v1'),
  googleIam: discovery('iam.v1'),
  googleResources: discovery('cloudresourcemanager.v3'),
  iam: aws('iam'),
  identityStore: aws('identitystore'),
  ssoAdmin: aws('sso-admin'),
  sts: aws('sts'),
} as const satisfies Record<string, KnownContract>;

export type ContractId = keyof typeof CONTRACTS;

const read = new Map<ContractId, Promise<VendorContract | undefined>>();

/** Reads a contract, once; undefined where this checkout has not got it. Takes up to two seconds for the largest. */
export function readContract(id: ContractId): Promise<VendorContract | undefined> {
  const known: KnownContract = CONTRACTS[id];
  const file = contractFile(known.file);
  const reading = read.get(id) ?? (file === undefined ? Promise.resolve(undefined) : known.read(known.file, file, known));
  read.set(id, reading);
  return reading;
}

/** A watch over a fake by one contract: `observers: [watch]`, and `watch.keep()` after the tests. */
export async function watchBy(id: ContractId, settings: { readonly service: string; readonly suite?: string; readonly exemptions?: readonly Exemption[] }): Promise<ContractWatch> {
  return new ContractWatch({ ...settings, contractName: CONTRACTS[id].file, contract: await readContract(id) });
}
