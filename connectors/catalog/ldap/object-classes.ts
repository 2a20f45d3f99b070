import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { ACCOUNT, CURRENT_PASSWORD, GROUP, PASSWORD } from '../../../protocol/model/index.js';

function attribute(name: string, type: string, notes: string, ...flags: string[]): DescribedAttribute {
  return { name, type, required: null, flags, notes };
}

function native(name: string): DescribedObjectClass {
  return { name, aliases: [], operations: ['create', 'read', 'query', 'update', 'delete'], attributes: [] };
}

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
      attribute('_memberId', 'Array', 'Only with getGroupMemberId: uids of the members.', 'MULTIVALUED'),
    ],
  },
  ...['organization', 'organizationalUnit', 'person', 'organizationalPerson', 'account', 'groupOfNames'].map(native),
];
