import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import type { DescribedObjectClass } from '../../framework/spi.js';

const OPERATIONS = ['create', 'read', 'query', 'update', 'delete', 'sync', 'authenticate', 'resolveUsername'];

function described(name: string, alias: string): DescribedObjectClass {
  return {
    name, aliases: [alias], operations: OPERATIONS,
    attributes: [
      { name: NAME, type: 'String', required: null, flags: [], notes: 'the variable id of the scripts' },
      { name: '__UID__', type: 'String', required: null, flags: [], notes: 'the variable uid of the scripts' },
      { name: '<each attribute of the schema script>', type: null, required: null, flags: [] },
    ],
  };
}

/** For documentation: which object classes there are, the schema script says. */
export const SCRIPTED_OBJECT_CLASSES: readonly DescribedObjectClass[] = [described(ACCOUNT, 'ObjectClass.ACCOUNT'), described(GROUP, 'ObjectClass.GROUP')];
