import { saasDepartures } from './saas-departures.js';
import type { SpecifiedProperty } from './specification.js';

/** Where our property tables say otherwise than a system's specification, and why. An entry that is not needed fails the test. */
export interface SpecificationDeparture {
  readonly system: string;
  readonly property: string;
  readonly aspect: 'type' | 'default' | 'confidential' | 'required';
  readonly specified: unknown;
  readonly ours: unknown;
  readonly reason: string;
}

const RANDOM_NAME = 'The pool makes up a name in each JVM; the documentation shows one that came about by chance.';

const NET_SOURCE = 'The documentation has a column of examples and none of defaults; this is what the source of the .NET connector says.';

type Rows = readonly (readonly [property: string, specified: unknown, ours: unknown])[];

function departures(system: string, aspect: SpecificationDeparture['aspect'], reason: string, rows: Rows): SpecificationDeparture[] {
  return rows.map(([property, specified, ours]) => ({ system, property, aspect, specified, ours, reason }));
}

const OWN_TOKEN = 'In the sample configuration only, without a type. A token is a secret wherever it stands.';

export const SPECIFICATION_DEPARTURES: readonly SpecificationDeparture[] = [
  ...saasDepartures('adobe-admin-console'),
  ...departures('adobe-admin-console', 'required', 'The prose names the properties that OAuth needs at least, and no rate is among them. Left empty, what Adobe allows counts.', [['groupReadRateLimit', true, false], ['userReadRateLimit', true, false], ['writeRateLimit', true, false]]),
  { system: 'aws', property: 'proxyPassword', aspect: 'confidential', specified: false, ours: true, reason: 'The cell is empty, and its type is GuardedString: a password is a secret wherever it stands.' },
  ...departures('aws-iam-identity-center', 'required', 'The prose names the properties that are needed, and no rate is among them. Left empty, there is no limit but that AWS says when it is asked too often.', [['readRateLimit', true, false], ['writeRateLimit', true, false]]),
  ...departures('aws-iam-identity-center', 'default', 'What the documentation recommends.', [['readRateLimit', null, '20/sec'], ['writeRateLimit', null, '10/sec']]),
  ...saasDepartures('box'),
  ...departures('box', 'required', 'Its default is in the prose: 1000/min.', [['rateLimit', true, false]]),
  ...saasDepartures('docusign'),
  ...saasDepartures('dropbox'),
  ...saasDepartures('webex', { hasOpenRefreshToken: false }),
  ...departures('webex', 'required', 'Without it there is no limit but the one Webex announces by itself; requiring it would refuse a configuration that works.', [['readRateLimit', true, false], ['writeRateLimit', true, false]]),
  ...departures('webex', 'type', OWN_TOKEN, [['accessToken', 'String', 'GuardedString'], ['tokenExpiration', null, 'Long']]),
  ...departures('google-apps', 'required', 'A proxy is optional, and the default is none; the text requires the first four properties only.', [['proxyHost', true, false]]),
  {
    system: 'database-table', property: 'password', aspect: 'required', specified: true, ours: false,
    reason: 'The same page says that a database may need no password; requiring one would refuse such a configuration. Java does not require it.',
  },
  { system: 'database-table', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[1-351632824]', ours: null, reason: RANDOM_NAME },
  ...saasDepartures('scim', { user: 'user', hasOpenRefreshToken: false }),
  { system: 'scripted-sql', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[10-351632824]', ours: null, reason: RANDOM_NAME },
  ...departures('duo', 'required', 'Nothing can be signed without it.', [['secretKey', false, true]]),
  { system: 'sap-hana-database', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[7-351632824]', ours: null, reason: RANDOM_NAME },
  { system: 'oracle-ebs', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[4-351632824]', ours: null, reason: RANDOM_NAME },
  ...saasDepartures('pingone'),
  ...departures('powershell', 'default', NET_SOURCE, [
    ['VariablesPrefix', null, 'Connector'], ['QueryFilterType', null, 'Map'], ['ReloadScriptOnExecution', null, false], ['UseInterpretersPool', null, true], ['MaxInterpretersPoolSize', null, 5],
    ['MinInterpretersPoolSize', null, 1], ['PoolCleanupInterval', null, 60], ['SubstituteUidAndNameInQueryFilter', null, false], ['UidAttributeName', null, '__UID__'], ['NameAttributeName', null, '__NAME__'],
    ['Host', null, ''], ['Login', null, ''], ['PsModulesToImport', null, []], ['CustomProperties', null, []],
  ]),
  ...departures('powershell', 'required', 'Only the scripts use it, and not all do; the .NET connector does not require it.', [['Host', true, false], ['Port', true, false], ['Login', true, false], ['Password', true, false]]),
  ...departures('powershell', 'type', 'A list of strings; ICF has no type Array.', [['PsModulesToImport', 'Array', 'String[]'], ['CustomProperties', 'Array', 'String[]']]),
  { system: 'powershell', property: 'Password', aspect: 'type', specified: 'String', ours: 'GuardedString', reason: NET_SOURCE },
];

/** A row of a specification that stands for several properties. */
export interface ExpandedProperty {
  readonly system: string;
  readonly property: string;
  readonly into: readonly string[];
  readonly ours: Partial<Pick<SpecifiedProperty, SpecificationDeparture['aspect']>>;
  readonly reason: string;
}

export const EXPANDED_PROPERTIES: readonly ExpandedProperty[] = [{
  system: 'powershell', property: 'operationScriptFileName', ours: { required: false, default: '' },
  into: ['Authenticate', 'Create', 'Delete', 'ResolveUsername', 'Schema', 'Search', 'Sync', 'Test', 'Update'].map((operation) => `${operation}ScriptFileName`),
  reason: 'The row says so itself; the names are those of the .NET connector. Each is needed by its own operation only.',
}];

/** Interfaces a connector offers beyond those its specification lists, and why. */
export const INTERFACE_DEPARTURES: readonly { readonly system: string; readonly offered: readonly string[]; readonly reason: string }[] = [
  { system: 'teamdynamix', offered: ['Create', 'Schema', 'Script on Connector', 'Search', 'Test', 'Update'], reason: 'The specification is of an integration that is no connector, and lists no interfaces.' },
  { system: 'powershell', offered: ['Resolve Username', 'Sync'], reason: 'The specification infers its list from the sample scripts; the .NET connector has these two as well.' },
];

/** An object class or attribute of a specification that no definition describes, and why. An entry that is not needed fails the test. */
export interface DescriptionDeparture {
  readonly system: string;
  readonly objectClass: string;
  /** Left out: the object class as a whole. */
  readonly attribute?: string;
  readonly reason: string;
}

export const DESCRIPTION_DEPARTURES: readonly DescriptionDeparture[] = [
  ...['givenName', 'middleName', 'familyName', 'honorificPrefix', 'honorificSufix', 'formatted'].map((part): DescriptionDeparture => ({
    system: 'aws-iam-identity-center', objectClass: '__ACCOUNT__', attribute: `name.${part}`, reason: 'A key of the object that the attribute name holds; an attribute of ICF has no parts.',
  })),
  { system: 'gcp', objectClass: '__ACCOUNT__', attribute: '__UID__', reason: 'The uid, which is described as _id; the specification has it under both names.' },
  { system: 'teamdynamix', objectClass: 'people', attribute: 'group memberships', reason: 'Words for GroupIDs, which is the API\'s name.' },
  { system: 'teamdynamix', objectClass: 'people', attribute: 'application assignments', reason: 'Words for Applications and OrgApplications.' },
  { system: 'teamdynamix', objectClass: 'people', attribute: 'security role assignments', reason: 'Words for SecurityRoleID and SecurityRoles.' },
  { system: 'teamdynamix', objectClass: 'people', attribute: 'roles on organizationally-defined applications', reason: 'Words for OrgApplicationRoles, and SecurityRoleId of OrgApplications.' },
  { system: 'racf', objectClass: '__ALL__', reason: 'Every class at once, as the answer to a test lists it; no class of its own.' },
];
