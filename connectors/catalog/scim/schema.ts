import { ENABLE, GROUP, NAME, PASSWORD, ACCOUNT } from '../../../protocol/model/index.js';
import { attributes, boolean, object, password, string, type RestObjectClass } from '../../engines/rest/index.js';
import type { ScimConfig, Version } from './config.js';
import { membersAttribute } from './members.js';
import { scimClass } from './resource-class.js';

/** RFC 7643, sections 4.1 to 4.3; SCIM 1.1 core schema, sections 6 to 8 (http://www.simplecloud.info/specs/draft-scim-core-schema-01.html). */
const SCHEMAS = {
  1: { user: 'urn:scim:schemas:core:1.0', group: 'urn:scim:schemas:core:1.0', enterprise: 'urn:scim:schemas:extension:enterprise:1.0' },
  2: { user: 'urn:ietf:params:scim:schemas:core:2.0:User', group: 'urn:ietf:params:scim:schemas:core:2.0:Group', enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' },
} as const;

/** Attributes of every resource, given by the service. */
export const common = attributes({
  id: string({ unsent: 'always' }),
  externalId: string({ notes: 'the resource\'s id on this side' }),
  meta: object({ unsent: 'always', notes: 'resourceType, created, lastModified, location, version' }),
  schemas: string({ multi: true, unsent: 'always' }),
});

/** Further names of `active` and `password`, as ICF has them. */
export const icfNames = attributes({
  [ENABLE]: boolean({ wire: 'active', notes: 'as active' }),
  [PASSWORD]: password({ wire: 'password', notes: 'as password' }),
});

const listOf = (notes: string) => object({ multi: true, notes });
const VALUES = 'maps of value, type, display, primary';

function user(version: Version) {
  const inEnterprise = (name: string): string => `"${SCHEMAS[version].enterprise}".${name}`;
  const extension = (name: string, notes = 'of the enterprise extension') => string({ wire: inEnterprise(name), notes });
  return attributes({
    [NAME]: string({ wire: 'userName', notes: 'as userName; create needs one of the two' }),
    userName: string(), ...common, ...icfNames,
    name: object({ notes: 'formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix' }),
    displayName: string(), nickName: string(), profileUrl: string(), title: string(), userType: string(), preferredLanguage: string(), locale: string(), timezone: string(),
    active: boolean(), password: password(),
    emails: listOf(VALUES), phoneNumbers: listOf(VALUES), ims: listOf(VALUES), photos: listOf(VALUES),
    addresses: listOf('maps of formatted, streetAddress, locality, region, postalCode, country, type, primary'),
    groups: object({ multi: true, unsent: 'always', notes: 'maps of value, display, type; changed by the members of groups' }),
    entitlements: listOf(VALUES), roles: listOf(VALUES), x509Certificates: listOf(VALUES),
    employeeNumber: extension('employeeNumber'), costCenter: extension('costCenter'), organization: extension('organization'), division: extension('division'), department: extension('department'),
    manager: object({ wire: inEnterprise('manager'), notes: 'of the enterprise extension; value (SCIM 1.1: managerId), displayName' }),
  });
}

function group(version: Version) {
  return attributes({
    [NAME]: string({ wire: 'displayName', notes: 'as displayName; create needs one of the two' }),
    displayName: string(), ...common,
    members: membersAttribute({ version, endpoint: '/Groups', schema: SCHEMAS[version].group }),
  });
}

/** The classes of the standard. */
export function builtInClasses(version: Version, usesPath: boolean): Readonly<Record<string, RestObjectClass<ScimConfig>>> {
  const { user: userSchema, group: groupSchema } = SCHEMAS[version];
  return {
    [ACCOUNT]: scimClass({ version, usesPath, endpoint: '/Users', schema: userSchema, name: 'userName', large: ['groups'], attributes: user(version) }),
    [GROUP]: scimClass({ version, usesPath, endpoint: '/Groups', schema: groupSchema, name: 'displayName', large: ['members'], attributes: group(version) }),
  };
}
