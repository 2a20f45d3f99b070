import { ConnectorError, withOutcome, type ErrorKind } from '../../../../protocol/model/index.js';
import type { ClCommand } from '../cl/command.js';
import type { JobMessage } from './mapepire.js';
import type { Answer } from './mapepire-connection.js';

const NOT_REACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|handshake has timed out|TimeoutError/;
const NOT_TRUSTED = /CERT|self.signed|unable to (?:verify|get) .*certificate|altname/i;
const NOT_SIGNED_ON = /password|user ?id|user profile|CPF22E[2-9]|sign-on/i;
/** The server looks at credentials that are not of the form `name:password` by itself; all others go to the IBM i. */
const NOT_TAKEN = /server response: 40[13]\b/;

/** No connection: at the network, at TLS, or by what the server answers to the handshake. */
export function failedConnection(server: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return withOutcome(error, 'notApplied');
  const { name, message, code = '' } = error as Error & { code?: string };
  const said = `${code} ${message} ${name}`;
  const reason = message === '' ? code : message;
  const fail = (kind: ErrorKind, text: string): ConnectorError => new ConnectorError(kind, text, { cause: error, outcome: 'notApplied' });
  if (NOT_TRUSTED.test(said)) return fail('connectionFailed', `The certificate of the Mapepire server at ${server} is not trusted (${reason}). Give the agent its authority, or correct hostName.`);
  if (NOT_REACHED.test(said)) return fail('connectionFailed', `The Mapepire server at ${server} cannot be reached: ${reason}. Check hostName and port, and that Mapepire runs on the IBM i.`);
  if (NOT_TAKEN.test(said)) return fail('invalidCredential', `The Mapepire server at ${server} does not take userName and password (${reason}). It takes no password with a colon.`);
  return fail('connectionFailed', `The Mapepire server at ${server} refused the connection: ${reason}.`);
}

/** The server was reached, and the IBM i behind it gave it no job: mostly for the credentials (SQLSTATE 08004 of its JDBC driver). */
export function failedSignOn(server: string, { error = 'it does not say why', sql_state = '' }: Answer): ConnectorError {
  const isRefused = sql_state === '28000' || NOT_SIGNED_ON.test(error);
  return isRefused
    ? new ConnectorError('invalidCredential', `The IBM i at ${server} does not accept userName and password: ${error}`, { outcome: 'notApplied' })
    : new ConnectorError('connectionFailed', `The Mapepire server at ${server} got no job of the IBM i: ${error}`, { outcome: 'notApplied' });
}

/** SQLSTATEs: https://www.ibm.com/docs/en/i/7.5?topic=codes-listing-sqlstate-values */
function kindOfState(state: string): ErrorKind {
  if (state === '42501' || state === '42502') return 'permissionDenied';
  if (state === '28000') return 'invalidCredential';
  if (state === '42704') return 'configuration';
  if (state.startsWith('08')) return 'connectionBroken';
  return state === '57014' || state === '57033' || state.startsWith('40') ? 'retryable' : 'connector';
}

/** A statement Db2 refused. */
export function failedStatement({ error, sql_state = '' }: Answer): ConnectorError {
  const kind = kindOfState(sql_state);
  const advice = kind === 'configuration' ? ' QSYS2.USER_INFO_BASIC needs IBM i 7.3 or later with a current Db2 group PTF.' : '';
  return new ConnectorError(kind, `Db2 for i refused a query (SQLSTATE ${sql_state === '' ? 'unknown' : sql_state}): ${error ?? 'it does not say why'}.${advice}`);
}

/** Messages of CRTUSRPRF, CHGUSRPRF and DLTUSRPRF ("Error messages" of each command in the CL reference), in our words. */
const MESSAGES: Readonly<Record<string, readonly [kind: ErrorKind, text: string]>> = {
  CPF2202: ['permissionDenied', 'the administrator may not create user profiles'],
  CPF2203: ['invalidAttributeValue', 'a user profile named in it is not correct'],
  CPF2204: ['unknownUid', 'there is no such user profile'],
  CPF2209: ['invalidAttributeValue', 'a library named in it does not exist'],
  CPF2212: ['retryable', 'the user profile is in use'],
  CPF2213: ['retryable', 'a user profile named in it is in use'],
  CPF2214: ['alreadyExists', 'there is such a user profile already'],
  CPF2215: ['connector', 'the user profile cannot be deleted, as it owns objects or is still needed'],
  CPF2217: ['permissionDenied', 'the administrator is not authorized to the user profile'],
  CPF2222: ['invalidAttributeValue', 'MAXSTG is less than what the user profile uses'],
  CPF2228: ['permissionDenied', 'the administrator may not change the user profile'],
  CPF2229: ['permissionDenied', 'the administrator may not delete the user profile'],
  CPF2291: ['invalidAttributeValue', 'its values do not go together'],
  CPF2292: ['permissionDenied', 'the administrator needs the special authority *SECADM'],
  CPF2293: ['invalidAttributeValue', 'MAXSTG is not valid'],
  CPF22CE: ['alreadyExists', 'another user profile has that UID or GID'],
  CPF22CF: ['invalidAttributeValue', 'the user profile is a group and cannot have a group'],
  CPF22F1: ['invalidAttributeValue', 'CCSID is not valid'],
};

/** Rules for passwords, CPF22C2 to CPF22C9 and CPF22D0 to CPF22D6. */
const PASSWORD_RULE = /^CPF22(?:C[2-9]|D[0-6])$/;
/** The syntax of the command: values its definition does not take. */
const SYNTAX = /^CPD|^CPF0006$/;

function known(id: string): readonly [kind: ErrorKind, text: string] | undefined {
  if (PASSWORD_RULE.test(id)) return ['invalidPassword', 'the password breaks the rules of the IBM i'];
  return MESSAGES[id];
}

/** What a CL command was refused for. Message texts are left out where the command holds a password, which they may repeat. */
export function failedCommand(command: ClCommand, messages: readonly JobMessage[], answer: Answer): ConnectorError {
  const told = messages.filter(({ MESSAGE_ID, MESSAGE_TYPE }) => typeof MESSAGE_ID === 'string' && /^(?:ESCAPE|DIAGNOSTIC)/.test(MESSAGE_TYPE ?? ''));
  const ids = [...new Set(told.map(({ MESSAGE_ID }) => MESSAGE_ID ?? ''))];
  const ofMessage = ids.map(known).find((found) => found !== undefined) ?? (ids.some((id) => SYNTAX.test(id)) ? ['invalidAttributeValue', ''] as const : undefined);
  const [kind, text] = ofMessage ?? [kindOfState(answer.sql_state ?? ''), ''];
  const said = command.hasSecrets ? ids.join(', ') : told.map(({ MESSAGE_ID, MESSAGE_TEXT }) => `${MESSAGE_ID ?? ''} ${MESSAGE_TEXT ?? ''}`.trim()).join('; ');
  const reason = [text, said].filter((part) => part !== '').join(': ');
  // What preceded a message we do not know, or the end of the job, is open.
  const outcome = ofMessage === undefined ? 'unknown' : undefined;
  return new ConnectorError(kind, `IBM i refused ${command.toString()}: ${reason === '' ? 'it does not say why' : reason}.`, { outcome });
}
