import { isIP } from 'node:net';
import { ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { LdapResultError, resultError } from '../errors.js';
import type { BindOutcome } from './contract.js';
import { gssapiBind } from './gssapi.js';
import { CONTROL, externalBind, simpleBind, type RequestControl } from './request.js';
import { POLICY_ERROR, passwordPolicy, type PasswordPolicy } from './response-controls.js';
import type { DoneResponse, LdapWire } from './wire.js';

/** Sub-codes in Active Directory's bind errors that mean: right password, but it has to be changed first. */
const AD_PASSWORD_EXPIRED = /\bdata (?:532|773)\b/i;
const EXPIRED_TEXT = /password (?:has )?expired/i;
const ACCOUNT_STATE: readonly (readonly [RegExp, string])[] = [
  [/\bdata 533\b/i, 'The account is disabled.'],
  [/\bdata 701\b/i, 'The account has expired.'],
  [/\bdata 775\b/i, 'The account is locked.'],
  [/\bdata 53[01]\b/i, 'The account may not log on at this time or from here.'],
];

function policyControls(config: LdapConfig): RequestControl[] {
  return config.respectResourcePasswordPolicyChangeAfterReset ? [{ oid: CONTROL.passwordPolicy, critical: false }] : [];
}

/** Binds as the configuration says. Anonymous without a principal. Rejects with what the server's answer means. */
export async function bindAsConfigured(wire: LdapWire, config: LdapConfig, signal: AbortSignal): Promise<void> {
  const authType = config.authType.trim().toUpperCase();
  if (authType === 'SASL-GSSAPI') return await gssapiBind(wire, config, signal);
  if (authType === 'EXTERNAL') {
    const response = await wire.request(externalBind(), [], signal);
    return void outcome(response, wire, 'the client certificate', config);
  }
  const { principal, credentials } = config;
  if (principal === null || principal.trim() === '') return;
  if (credentials === null) throw emptyPassword(principal);
  const { mustChange } = await simple(wire, principal, credentials, config, signal);
  if (mustChange) throw new ConnectorError('passwordExpired', `The password of the principal "${principal}" has to be changed before ${wire.url} lets it do anything.`);
}

function emptyPassword(dn: string): ConnectorError {
  return new ConnectorError('invalidCredential', `Binding as "${dn}" needs a password: without one the server would answer as to anybody.`);
}

/** A simple bind. An empty password is refused unsent, because servers take it for an anonymous bind (RFC 4513 section 5.1.2). */
export async function simple(wire: LdapWire, dn: string, password: GuardedString, config: LdapConfig, signal: AbortSignal): Promise<BindOutcome> {
  const clear = password.reveal();
  if (clear === '' || dn.trim() === '') throw emptyPassword(dn);
  return outcome(await wire.request(simpleBind(dn, clear), policyControls(config), signal), wire, dn, config);
}

function outcome(response: DoneResponse, wire: LdapWire, dn: string, config: LdapConfig): BindOutcome {
  const policy = readPolicy(response, config);
  const { code, matchedDn, diagnostic } = response.result;
  if (code !== 0) throw bindError(new LdapResultError(code, matchedDn, diagnostic), wire, dn, policy);
  return {
    secondsToExpiry: policy?.secondsToExpiry,
    graceLoginsLeft: policy?.graceLoginsLeft,
    mustChange: policy?.error === POLICY_ERROR.changeAfterReset,
  };
}

function readPolicy(response: DoneResponse, config: LdapConfig): PasswordPolicy | undefined {
  return config.respectResourcePasswordPolicyChangeAfterReset ? passwordPolicy(response.controls) : undefined;
}

function bindError(result: LdapResultError, wire: LdapWire, dn: string, policy: PasswordPolicy | undefined): ConnectorError {
  const expired = policy?.error === POLICY_ERROR.passwordExpired || policy?.error === POLICY_ERROR.changeAfterReset
    || (result.code === 49 && (AD_PASSWORD_EXPIRED.test(result.diagnostic) || EXPIRED_TEXT.test(result.diagnostic)));
  if (expired) return new ConnectorError('passwordExpired', `The password of "${dn}" at ${wire.url} has expired.`, { cause: result });
  const state = policy?.error === POLICY_ERROR.accountLocked ? 'The account is locked.' : ACCOUNT_STATE.find(([pattern]) => pattern.test(result.diagnostic))?.[1];
  if (state !== undefined) return new ConnectorError('invalidCredential', `${state} "${dn}" cannot bind to ${wire.url}.`, { cause: result });
  return resultError(result, { operation: 'bind', dn, server: wire.url });
}

/** Whether the configuration would send a password in the clear over a network. */
export function sendsClearPassword(config: LdapConfig, host: string): boolean {
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return !config.ssl && !config.startTLS && !loopback && config.principal !== null && config.authType.toLowerCase() === 'simple';
}
