import { BER, BerCursor, decodeInteger } from '../../../framework/ber.js';
import { CONTROL } from './request.js';
import type { ResponseControl } from './response.js';

function valueOf(controls: readonly ResponseControl[], oid: string): BerCursor | undefined {
  const control = controls.find((one) => one.oid === oid);
  return control === undefined || control.value.length === 0 ? undefined : new BerCursor(control.value).within(BER.sequence);
}

/** RFC 2696: the estimate is 0 when the server has none. */
export function pagedResults(controls: readonly ResponseControl[]): { readonly estimate: number; readonly cookie: Uint8Array } | undefined {
  const value = valueOf(controls, CONTROL.pagedResults);
  if (value === undefined) return undefined;
  const estimate = value.integer();
  return { estimate, cookie: Uint8Array.from(value.read(BER.octetString)) };
}

export interface WindowResult {
  readonly position: number;
  readonly count: number;
  readonly code: number;
  readonly context: Uint8Array | undefined;
}

export function windowResult(controls: readonly ResponseControl[]): WindowResult | undefined {
  const value = valueOf(controls, CONTROL.windowResponse);
  if (value === undefined) return undefined;
  const position = value.integer();
  const count = value.integer();
  const code = value.integer(BER.enumerated);
  const context = value.readIf(BER.octetString);
  return { position, count, code, context: context === undefined ? undefined : Uint8Array.from(context) };
}

/** RFC 2891: 0 is success. */
export function sortResult(controls: readonly ResponseControl[]): number | undefined {
  return valueOf(controls, CONTROL.sortResponse)?.integer(BER.enumerated);
}

/** Error codes of draft-behera-ldap-password-policy. */
export const POLICY_ERROR = {
  passwordExpired: 0, accountLocked: 1, changeAfterReset: 2, passwordModNotAllowed: 3, mustSupplyOldPassword: 4,
  insufficientPasswordQuality: 5, passwordTooShort: 6, passwordTooYoung: 7, passwordInHistory: 8,
} as const;

export interface PasswordPolicy {
  readonly secondsToExpiry: number | undefined;
  readonly graceLoginsLeft: number | undefined;
  readonly error: number | undefined;
}

/** What the password policy control and the older Netscape controls say together. */
export function passwordPolicy(controls: readonly ResponseControl[]): PasswordPolicy {
  const value = valueOf(controls, CONTROL.passwordPolicy);
  const warning = value?.tag === 0xa0 ? value.within(0xa0) : undefined;
  const seconds = warning?.readIf(0x80) ?? undefined;
  const grace = warning?.readIf(0x81) ?? undefined;
  const error = value?.readIf(0x81);
  const expiring = controls.find((control) => control.oid === CONTROL.passwordExpiring);
  const expired = controls.some((control) => control.oid === CONTROL.passwordExpired);
  return {
    secondsToExpiry: seconds === undefined ? secondsText(expiring) : decodeInteger(seconds),
    graceLoginsLeft: grace === undefined ? undefined : decodeInteger(grace),
    error: error === undefined ? (expired ? POLICY_ERROR.changeAfterReset : undefined) : decodeInteger(error),
  };
}

/** The Netscape control carries its seconds as decimal text. */
function secondsText(control: ResponseControl | undefined): number | undefined {
  const text = control === undefined ? '' : Buffer.from(control.value).toString('latin1');
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
