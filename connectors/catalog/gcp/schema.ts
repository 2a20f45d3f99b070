import { ENABLE, NAME, PASSWORD } from '../../../protocol/model/index.js';
import { attributes, enabled, object, password, string } from '../../engines/rest/index.js';

/** Of a repeated field Google clears all with null: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/update */
const list = (notes: string) => object({ multi: true, cleared: null, notes });

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/users#User */
export const account = attributes({
  [NAME]: string({ wire: 'primaryEmail', required: true, notes: 'primary address of the user' }),
  [PASSWORD]: password({ wire: 'password', required: true, notes: 'needed to create a user' }),
  givenName: string({ wire: 'name.givenName', required: true, longest: 60 }),
  familyName: string({ wire: 'name.familyName', required: true, longest: 60 }),
  [ENABLE]: enabled({ wire: 'suspended', on: false, off: true, notes: 'false: suspended' }),
  primaryEmail: string({ onRequest: true, notes: 'the same as __NAME__' }),
  emails: list('address, type, customType, primary'),
  addresses: list('type, customType, streetAddress, locality, region, postalCode'),
  organizations: list('symbol, customType, costCenter, domain, name, description, location, department, title, type'),
  phones: list('customType, type, value, primary'),
  relations: list('customType, type, value'),
  externalIds: list('customType, type, value'),
});
