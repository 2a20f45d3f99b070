import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';

const attribute = (name: string, notes: string, flags: readonly string[] = [], type = 'String', required: boolean | null = false): DescribedAttribute => ({ name, type, required, flags, notes });
const OPERATIONS = ['create', 'read', 'query', 'update', 'delete'];

/** Scripts define what there is; these are the classes of the scripts the connector brings along (`!/scripts/linux`). */
export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: '__ACCOUNT__', aliases: [], operations: OPERATIONS,
    attributes: [
      attribute('__NAME__', 'login name; __UID__ too', [], 'String', true),
      attribute('__PASSWORD__', 'set by passwd', ['NOT_READABLE'], 'GuardedString'),
      attribute('__ENABLE__', 'false locks the password and expires the account', ['NOT_RETURNED_BY_DEFAULT'], 'boolean'),
      attribute('uid', 'number of the user'),
      attribute('group', 'primary group: its number; to write, name or number'),
      attribute('groups', 'names of further groups', ['MULTIVALUED']),
      attribute('description', 'comment (GECOS)'),
      attribute('home', 'home directory'),
      attribute('shell', 'login shell'),
      attribute('expireDate', 'day the account expires, YYYY-MM-DD', ['NOT_RETURNED_BY_DEFAULT']),
    ],
  },
  {
    name: '__GROUP__', aliases: [], operations: OPERATIONS,
    attributes: [
      attribute('__NAME__', 'name of the group; __UID__ too', [], 'String', true),
      attribute('gid', 'number of the group'),
      attribute('members', 'login names', ['MULTIVALUED']),
    ],
  },
];
