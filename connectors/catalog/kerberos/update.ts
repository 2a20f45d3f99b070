import { ConnectorError, LOCK_OUT, NAME, PASSWORD, Uid, findAttribute, withOutcome, type Attribute } from '../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { passwordAnswers, passwordOf } from './create.js';
import { checkObjectClass } from './object-class.js';
import { principalOptions } from './principal-options.js';
import { sameName, withRealm } from './principal-names.js';
import type { KerberosSession } from './session.js';

interface Step { readonly done: string; readonly run: () => Promise<unknown> }

/**
 * Up to three commands: the password first, which a policy may refuse, then everything else in one, the new name last. What fails
 * behind the first says what had been done.
 */
export async function update({ kadmin }: KerberosSession, { objectClass, uid, attributes }: UpdateRequest, call: Call): Promise<Uid> {
  checkObjectClass(objectClass);
  const principal = withRealm(uid.value, kadmin.settings.realm);
  const password = passwordOf(attributes);
  const rest = attributes.filter((attribute) => ![NAME, PASSWORD, LOCK_OUT].some((name) => attribute.is(name)));
  const options = [...unlocking(attributes), ...principalOptions(rest, 'update')];
  const renamed = newName(attributes, principal, kadmin.settings.realm);
  const query = (what: string) => ({ what: `${what} the principal ${principal}`, signal: call.signal });
  const steps: Step[] = [];
  if (password !== undefined) steps.push({ done: 'the password had been changed', run: () => kadmin.query(['cpw', principal], { ...query('Changing the password of'), answers: passwordAnswers(principal, password) }) });
  if (options.length > 0) steps.push({ done: 'the other attributes had been changed', run: () => kadmin.query(['modprinc', ...options, principal], query('Changing')) });
  if (renamed !== undefined) steps.push({ done: '', run: () => kadmin.query(['renprinc', '-force', principal, renamed], query('Renaming')) });
  // Nothing to change is an answer only for a principal that is there.
  if (steps.length === 0) steps.push({ done: '', run: () => kadmin.query(['getprinc', principal], { ...query('Reading'), readOnly: true }) });
  await inOrder(steps);
  return new Uid(renamed ?? principal);
}

async function inOrder(steps: readonly Step[]): Promise<void> {
  const done: string[] = [];
  for (const step of steps) {
    try {
      await step.run();
    } catch (error) {
      throw done.length > 0 && error instanceof ConnectorError ? halfDone(error, done) : error;
    }
    done.push(step.done);
  }
}

function halfDone(error: ConnectorError, done: readonly string[]): ConnectorError {
  return withOutcome(error, 'unknown', `${error.message} Before that, ${done.join(' and ')}.`);
}

function unlocking(attributes: readonly Attribute[]): readonly string[] {
  const lockOut = findAttribute(attributes, LOCK_OUT);
  if (lockOut === undefined) return [];
  if (lockOut.single === false) return ['-unlock'];
  throw new ConnectorError('invalidAttributeValue', `${LOCK_OUT} can only be set to false, which unlocks: MIT Kerberos locks by itself, after failed attempts. To keep a principal out, set expirationDate to a time that is over.`, { outcome: 'notApplied' });
}

function newName(attributes: readonly Attribute[], principal: string, realm: string): string | undefined {
  const name = findAttribute(attributes, NAME)?.single;
  if (name === undefined || name === null) return undefined;
  if (typeof name !== 'string' || name.trim() === '') throw new ConnectorError('invalidAttributeValue', 'The name of a principal has to be a text that is not empty.', { outcome: 'notApplied' });
  return sameName(name, principal, realm) ? undefined : withRealm(name, realm);
}
