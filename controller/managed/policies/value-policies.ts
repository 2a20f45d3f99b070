import { jsonEquals, type JsonValue } from '../../crest/json.js';
import { numberParam, policy, type Policy, type Requirement } from './policy.js';

const REQUIRED: Requirement = { policyRequirement: 'REQUIRED' };

export const required = policy('required', 'REQUIRED', { check: (value) => (value === undefined ? REQUIRED : undefined) });

const notEmpty = policy('not-empty', 'REQUIRED', {
  onlyIfPresent: true,
  check: (value) => (value === null || value === '' || (Array.isArray(value) && value.length === 0) ? REQUIRED : undefined),
});

const notNull = policy('not-null', 'NOT_NULL', { onlyIfPresent: true, check: (value) => (value === null ? { policyRequirement: 'NOT_NULL' } : undefined) });

/** By the store, which alone can tell; here it only has its name. Of the users of this controller there are none among managed objects. */
export const unique = policy('unique', 'UNIQUE', { check: () => undefined });
const noInternalUserConflict = policy('no-internal-user-conflict', 'UNIQUE', { check: () => undefined });

export function jsonType(value: JsonValue): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'bigint' ? 'number' : typeof value;
}

function hasType(value: JsonValue, name: JsonValue): boolean {
  if (name === 'any') return true;
  if (name === 'integer') return typeof value === 'bigint' || Number.isInteger(value);
  return jsonType(value) === (name === 'relationship' ? 'object' : name);
}

/** `params.types`: names of JSON's types; `integer` and `any` besides. */
export const validType = policy('valid-type', 'VALID_TYPE', {
  onlyIfPresent: true,
  problem: ({ types }) => (Array.isArray(types) && types.every((name) => typeof name === 'string') ? undefined : 'params.types must be a list of types'),
  check(value, { types }) {
    const known = Array.isArray(types) ? types : [];
    if (value === undefined || known.some((name) => hasType(value, name))) return undefined;
    return { policyRequirement: 'VALID_TYPE', params: { invalidType: jsonType(value), validTypes: known } };
  },
});

const isNumber = (value: JsonValue | undefined): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

const validNumber = policy('valid-number', 'VALID_NUMBER', {
  onlyIfPresent: true, check: (value) => (value === null || isNumber(value) ? undefined : { policyRequirement: 'VALID_NUMBER' }),
});

function limit(id: string, requirement: string, name: string, isBeyond: (value: number | bigint, limit: number) => boolean): Policy {
  return policy(id, requirement, {
    onlyIfPresent: true, problem: numberParam(name),
    check(value, params) {
      const given = params[name];
      return isNumber(value) && typeof given === 'number' && isBeyond(value, given) ? { policyRequirement: requirement, params: { [name]: given } } : undefined;
    },
  });
}

function namesOf(value: JsonValue | undefined): readonly string[] {
  const list = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : Array.isArray(value) ? value : [];
  return list.filter((name): name is string => typeof name === 'string' && name !== '');
}

const cannotContainOthers = policy('cannot-contain-others', 'CANNOT_CONTAIN_OTHERS', {
  onlyIfPresent: true,
  problem: ({ disallowedFields }) => (namesOf(disallowedFields).length > 0 ? undefined : 'params.disallowedFields must name properties'),
  check(value, { disallowedFields }, { object }) {
    if (typeof value !== 'string') return undefined;
    const found = namesOf(disallowedFields).find((name) => {
      const other = Object.hasOwn(object, name) ? object[name] : undefined;
      return typeof other === 'string' && other !== '' && value.includes(other);
    });
    return found === undefined ? undefined : { policyRequirement: 'CANNOT_CONTAIN_OTHERS', params: { disallowedFields: found } };
  },
});

const cannotContainCharacters = policy('cannot-contain-characters', 'CANNOT_CONTAIN_CHARACTERS', {
  onlyIfPresent: true,
  problem: ({ forbiddenChars }) => (Array.isArray(forbiddenChars) && forbiddenChars.length > 0 ? undefined : 'params.forbiddenChars must be a list of characters'),
  check(value, params) {
    const forbidden = namesOf(params['forbiddenChars']);
    if (typeof value !== 'string' || !forbidden.some((characters) => value.includes(characters))) return undefined;
    return { policyRequirement: 'CANNOT_CONTAIN_CHARACTERS', params: { forbiddenChars: forbidden.join(', ') } };
  },
});

const cannotContainDuplicates = policy('cannot-contain-duplicates', 'CANNOT_CONTAIN_DUPLICATES', {
  onlyIfPresent: true,
  check(value) {
    if (!Array.isArray(value)) return undefined;
    const twice = value.find((item, index) => value.findIndex((other) => jsonEquals(other, item)) < index);
    return twice === undefined ? undefined : { policyRequirement: 'CANNOT_CONTAIN_DUPLICATES', params: { duplicateValue: twice } };
  },
});

export const VALUE_POLICIES: readonly Policy[] = [
  required, notEmpty, notNull, unique, noInternalUserConflict, validType, validNumber,
  limit('minimum-number-value', 'MINIMUM_NUMBER_VALUE', 'minimum', (value, least) => value < least),
  limit('maximum-number-value', 'MAXIMUM_NUMBER_VALUE', 'maximum', (value, most) => value > most),
  cannotContainOthers, cannotContainCharacters, cannotContainDuplicates,
];

