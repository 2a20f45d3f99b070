import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { ACCOUNT, CURRENT_PASSWORD, GROUP, PASSWORD } from '../../../protocol/model/index.js';

function attribute(name: string, type: string, notes: string, ...flags: string[]): DescribedAttribute {
  return { name, type, required: null, flags, notes };
}

/** Attributes of a server's own schema that need no words. */
function ofSchema(names: string, type: string, notes: string, ...flags: string[]): DescribedAttribute[] {
  return names.split(' ').map((name) => attribute(name, type, notes, ...flags));
}

function native(name: string): DescribedObjectClass {
  return { name, aliases: [], operations: ['create', 'read', 'query', 'update', 'delete'], attributes: [] };
}

const OF_PEOPLE = 'mobile postalCode st department l description info manager displayName middleName facsimileTelephoneNumber employeeID co physicalDeliveryOfficeName streetAddress homePhone telephoneNumber title postOfficeBox initials company employeeNumber c division';

/** What the connector documents; the attributes of a server's own schema come with the schema operation. */
export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: ACCOUNT,
    aliases: ['inetOrgPerson'],
    operations: ['create', 'read', 'query', 'update', 'delete', 'sync', 'authenticate', 'resolveUsername'],
    attributes: [
      attribute('dn', 'String', 'Distinguished name; the same as __NAME__.'),
      attribute('objectClass', 'Array', 'Given on create it takes the place of accountObjectClasses.', 'MULTIVALUED'),
      attribute('uid', 'String', 'First of the default accountUserNameAttributes; default vlvSortAttribute.'),
      attribute('cn', 'String', 'Second of the default accountUserNameAttributes.'),
      attribute('sn', 'String', 'Surname.'),
      attribute('entryUUID', 'String', 'Default uidAttribute; mandatory for a DS server.'),
      attribute(PASSWORD, 'String', 'Written to passwordAttribute.'),
      attribute(CURRENT_PASSWORD, 'String', 'The old password, for a change by the user rather than a reset.'),
      attribute('ldapGroups', 'Array', 'Groups of the account: by static group search with ldapGroupsUseStaticGroups, else from memberOf.', 'MULTIVALUED'),
      attribute('__ENABLE__', 'Boolean', 'Active Directory: a bit of userAccountControl (AD LDS: msDS-UserAccountDisabled).'),
      attribute('__ACCOUNT_EXPIRES__', 'String', 'Active Directory: accountExpires; "0" for never, or ISO 8601.', 'NOT_RETURNED_BY_DEFAULT'),
      attribute('__LOCK_OUT__', 'Boolean', 'Active Directory: computed by the server; false unlocks, true is ignored with a log message.'),
      attribute('__PASSWORD_EXPIRED__', 'Boolean', 'Active Directory: computed by the server; true makes the user change the password, false takes it as set just now.'),
      attribute('__PASSWORD_NOTREQD__', 'Boolean', 'Active Directory: a bit of userAccountControl.'),
      attribute('__DONT_EXPIRE_PASSWORD__', 'Boolean', 'Active Directory: a bit of userAccountControl.'),
      attribute('__SMARTCARD_REQUIRED__', 'Boolean', 'Active Directory: a bit of userAccountControl; not in AD LDS.'),
      attribute('userAccountControl', 'String', 'Active Directory: the flags as a decimal number.'),
      attribute('objectGUID', 'String', 'Active Directory: the usual uidAttribute; dashed text, or <GUID=…> with useOldADGUIDFormat.'),
      ...ofSchema('accountExpires pwdLastSet lockoutTime lastLogon', 'String', 'Active Directory: ISO 8601 by convertADIntervalToISO8601; 0 for never.'),
      ...ofSchema('whenCreated whenChanged', 'String', 'Active Directory: ISO 8601 by convertGTToISO8601.', 'NOT_CREATABLE', 'NOT_UPDATEABLE'),
      ...ofSchema('uSNCreated uSNChanged msDS-User-Account-Control-Computed', 'String', 'Active Directory: kept by the server.', 'NOT_CREATABLE', 'NOT_UPDATEABLE'),
      attribute('unicodePwd', 'String', 'Active Directory: the usual passwordAttribute; never returned.'),
      ...ofSchema('sAMAccountName userPrincipalName givenName mail countryCode', 'String', 'Active Directory: of its schema.'),
      ...ofSchema(OF_PEOPLE, 'String', 'Active Directory: of its schema.'),
      ...ofSchema('employeeType otherHomePhone', 'Array', 'Active Directory: of its schema.', 'MULTIVALUED'),
      attribute('groups', 'Array', 'Name that provisioner files of Active Directory give to ldapGroups.', 'MULTIVALUED'),
      attribute('nestedMembers', 'Array', 'Name that provisioner files give to memberOf:1.2.840.113556.1.4.1941:, for queries that count nested groups.', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'),
      attribute('memberOf', 'Array', 'Basis of ldapGroups unless ldapGroupsUseStaticGroups is true.', 'MULTIVALUED'),
    ],
  },
  {
    name: GROUP,
    aliases: ['groupOfUniqueNames'],
    operations: ['create', 'read', 'query', 'update', 'delete', 'sync'],
    attributes: [
      attribute('dn', 'String', 'Distinguished name; the same as __NAME__.'),
      attribute('objectClass', 'Array', 'Given on create it takes the place of groupObjectClasses.', 'MULTIVALUED'),
      attribute('uniqueMember', 'Array', 'Default groupMemberAttribute: DNs of the members.', 'MULTIVALUED'),
      attribute('__GROUP_SCOPE__', 'String', 'Active Directory: global (default), domain or universal.'),
      attribute('__GROUP_TYPE__', 'String', 'Active Directory: security (default) or distribution.'),
      attribute('_memberId', 'Array', 'Only with getGroupMemberId: uids of the members.', 'MULTIVALUED'),
    ],
  },
  ...['organization', 'organizationalUnit', 'person', 'organizationalPerson', 'account', 'groupOfNames'].map(native),
];
