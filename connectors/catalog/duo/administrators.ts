import { refuse, type Json, type JsonObject, type Written } from '../../engines/rest/index.js';
import { valuesGiven } from './belongings.js';
import { phoneNumber } from './phone-numbers.js';
import { plainText } from './requests.js';

/** The one telephone number of an administrator. */
function phoneOf({ attributes }: Written): JsonObject {
  const phones = valuesGiven(attributes, 'phones');
  if (phones === undefined) return {};
  if (phones.length > 1) refuse(`phones: an administrator has one telephone number; ${phones.length} were given.`);
  const phone = phones[0] as Json | undefined;
  if (phone === undefined || phone === '') refuse('phones: the telephone number of an administrator cannot be empty, and cannot be removed once there is one.');
  return { phone: phoneNumber(plainText(phone)) };
}

/** Duo takes `Active` and `Disabled`, of those who have activated their account. */
function statusOf({ object: { status } }: Written, present: JsonObject | undefined): JsonObject {
  if (status === undefined || present === undefined) return {};
  if (present['status'] !== 'Pending Activation') return { status: status === 'active' ? 'Active' : 'Disabled' };
  return status === 'active' ? refuse('__ENABLE__: the administrator has not activated the account yet, and is not enabled until then.') : {};
}

function checkRole({ object }: Written, present: JsonObject | undefined): void {
  const role = object['role'] ?? present?.['role'] ?? 'Owner';
  if (role === 'Owner' && object['restricted_by_admin_units'] === true) refuse('restricted_by_admin_units cannot be true for an administrator whose role is Owner.');
}

/** Parameters for an administrator; `present`: the one that is updated. */
export function administratorFields(written: Written, present?: JsonObject): JsonObject {
  const { object, attributes } = written;
  for (const name of ['__GROUPS__', 'tokens']) if ((valuesGiven(attributes, name) ?? []).length > 0) refuse(`${name}: administrators of Duo have none.`);
  checkRole(written, present);
  const { username, email, role, restricted_by_admin_units: restricted, send_email, token_id, valid_days } = object;
  if (present !== undefined && email !== undefined && plainText(email).toLowerCase() !== plainText(present['email']).toLowerCase()) refuse('email: Duo does not change the address of an administrator.');
  const fields: Readonly<Record<string, JsonObject[string] | undefined>> = { name: username, email: present === undefined ? email : undefined, role, restricted_by_admin_units: restricted, send_email, token_id, valid_days, ...phoneOf(written), ...statusOf(written, present) };
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonObject[string]] => entry[1] !== undefined));
}
