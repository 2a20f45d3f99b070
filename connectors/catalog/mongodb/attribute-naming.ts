import { NAME, UID } from '../../../protocol/model/index.js';
import type { AttributeNaming } from '../../framework/spi.js';
import type { MongoConfig } from './config.js';
import { ID } from './documents/fields.js';

/** The fields of documents behind ICF names; users and roles are called by their name alone. */
export function attributeNaming({ ICFName, collections }: MongoConfig): AttributeNaming {
  if (collections.length === 0) return { same: [], mapped: [], dependsOn: ['collections'] };
  return { same: [], mapped: [[UID, ID], [NAME, ICFName]], dependsOn: ['collections'] };
}
