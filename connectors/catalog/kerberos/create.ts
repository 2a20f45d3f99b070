import { ConnectorError, GuardedString, LOCK_OUT, NAME, PASSWORD, Uid, findAttribute, type Attribute } from '../../../protocol/model/index.js';
import { oneLine } from '../../engines/shell/prompt-answers.js';
import type { Call, CreateRequest } from '../../framework/spi.js';
import { checkObjectClass } from './object-class.js';
import { principalOptions } from './principal-options.js';
import { withRealm } from './principal-names.js';
import type { KerberosSession } from './session.js';

/** `add_principal`; kadmin asks for the password, so it stands in no command line. */
export async function create({ kadmin }: KerberosSession, { objectClass, attributes }: CreateRequest, call: Call): Promise<Uid> {
  checkObjectClass(objectClass);
  const name = findAttribute(attributes, NAME)?.single;
  if (typeof name !== 'string' || name.trim() === '') throw new ConnectorError('invalidAttributeValue', 'A principal needs a name.', { outcome: 'notApplied' });
  if (findAttribute(attributes, LOCK_OUT) !== undefined) throw new ConnectorError('invalidAttributeValue', `${LOCK_OUT} cannot be given to a new principal.`, { outcome: 'notApplied' });
  const principal = withRealm(name, kadmin.settings.realm);
  const password = passwordOf(attributes);
  if (password === undefined) throw new ConnectorError('invalidAttributeValue', `The principal ${principal} needs ${PASSWORD}.`, { outcome: 'notApplied' });
  const rest = attributes.filter((attribute) => !attribute.is(NAME) && !attribute.is(PASSWORD));
  await kadmin.query(['addprinc', ...principalOptions(rest, 'create'), principal], {
    what: `Creating the principal ${principal}`, signal: call.signal, answers: passwordAnswers(principal, password),
  });
  return new Uid(principal);
}

/** The new password; undefined where none is given. Throws `invalidAttributeValue`. */
export function passwordOf(attributes: readonly Attribute[]): GuardedString | undefined {
  const attribute = findAttribute(attributes, PASSWORD);
  if (attribute === undefined) return undefined;
  const value = attribute.single;
  const password = typeof value === 'string' ? new GuardedString(value) : value;
  if (password instanceof GuardedString && password.reveal() !== '') return oneLine(password, `${PASSWORD} of a principal`);
  throw new ConnectorError('invalidAttributeValue', `${PASSWORD} of a principal cannot be empty.`, { outcome: 'notApplied' });
}

/** kadmin asks twice. */
export function passwordAnswers(principal: string, password: GuardedString) {
  return ['Enter', 'Re-enter'].map((verb) => ({ prompt: `${verb} password for principal "${principal}":`, answer: password }));
}
