import type { JsonObject } from '../../crest/json.js';
import { numberParam, policy, type Policy, type Requirement } from './policy.js';

interface TextPolicy {
  readonly params?: (params: JsonObject) => JsonObject;
  readonly problem?: (params: JsonObject) => string | undefined;
  readonly test: (text: string, params: JsonObject) => boolean;
}

/** Texts that are not empty have to pass; so has anything where a required value lacks, so that its caller hears of all at once. */
function textPolicy(id: string, requirement: string, { test, params, problem }: TextPolicy): Policy {
  return policy(id, requirement, {
    onlyIfPresent: true,
    check(value, given, { lacksRequired }): Requirement | undefined {
      const isText = typeof value === 'string' && value !== '';
      if ((!isText && !lacksRequired) || (isText && test(value, given))) return undefined;
      return { policyRequirement: requirement, ...(params === undefined ? {} : { params: params(given) }) };
    },
    ...(problem === undefined ? {} : { problem }),
  });
}

/** Code by code: the value may be a secret, of which the engine's regular expressions would keep the last match. */
function countCodes(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= from && code <= to) count += 1;
  }
  return count;
}

function numberOf(params: JsonObject, name: string): number {
  const value = params[name];
  return typeof value === 'number' ? value : 0;
}

const picked = (name: string) => (params: JsonObject): JsonObject => ({ [name]: params[name] ?? null });

function patternOf(params: JsonObject): RegExp {
  return new RegExp(typeof params['regexp'] === 'string' ? params['regexp'] : '', typeof params['flags'] === 'string' ? params['flags'].replaceAll('g', '') : '');
}

function patternProblem(params: JsonObject): string | undefined {
  if (typeof params['regexp'] !== 'string') return 'params.regexp must be a text';
  try {
    patternOf(params);
    return undefined;
  } catch (error) {
    return `params.regexp: ${error instanceof Error ? error.message : 'not readable'}`;
  }
}

function matchesPattern(text: string, params: JsonObject): boolean {
  const matches = patternOf(params).test(text);
  // The engine keeps the last text that matched; it shall not be this one.
  /^/.test('');
  return matches;
}

function isPhone(text: string): boolean {
  return /^\+?[0-9\- ()]*$/.test(text);
}

/** Something before the @, and a dot with something on both sides behind it. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  const dot = domain.lastIndexOf('.');
  return at > 0 && dot > 0 && dot < domain.length - 1;
}

/** https://docs.pingidentity.com/pingidm/8.1/objects-guide/configuring-default-policy.html */
export const TEXT_POLICIES: readonly Policy[] = [
  textPolicy('minimum-length', 'MIN_LENGTH', { test: (text, params) => text.length >= numberOf(params, 'minLength'), params: picked('minLength'), problem: numberParam('minLength') }),
  textPolicy('maximum-length', 'MAX_LENGTH', { test: (text, params) => text.length <= numberOf(params, 'maxLength'), params: picked('maxLength'), problem: numberParam('maxLength') }),
  textPolicy('at-least-X-capitals', 'AT_LEAST_X_CAPITAL_LETTERS', { test: (text, params) => countCodes(text, 0x41, 0x5a) >= numberOf(params, 'numCaps'), params: picked('numCaps'), problem: numberParam('numCaps') }),
  textPolicy('at-least-X-numbers', 'AT_LEAST_X_NUMBERS', { test: (text, params) => countCodes(text, 0x30, 0x39) >= numberOf(params, 'numNums'), params: picked('numNums'), problem: numberParam('numNums') }),
  textPolicy('regexpMatches', 'MATCH_REGEXP', { test: matchesPattern, params: (params) => params, problem: patternProblem }),
  textPolicy('valid-date', 'VALID_DATE', { test: (text) => !Number.isNaN(Date.parse(text)) }),
  textPolicy('valid-email-address-format', 'VALID_EMAIL_ADDRESS_FORMAT', { test: isEmail }),
  textPolicy('valid-phone-format', 'VALID_PHONE_FORMAT', { test: isPhone }),
  // Letters of any script, and what stands between names.
  textPolicy('valid-name-format', 'VALID_NAME_FORMAT', { test: (text) => /^[\p{L}\p{M}'’. -]+$/u.test(text) }),
];
