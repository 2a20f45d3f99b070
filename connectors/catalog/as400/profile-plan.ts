import { ENABLE, NAME, PASSWORD, attributeKey, type Attribute, type IcfValue } from '../../../protocol/model/index.js';
import { folded, isCleared } from '../../framework/given-values.js';
import type { Row } from './attributes/columns.js';
import { secretOf, singleText, textsOf } from './attributes/given-values.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from './attributes/profile-attributes.js';
import { ClCommand, passwordParameter, type Parameter } from './cl/command.js';
import { oneOf, refuseValue } from './cl/parameter-values.js';

const KNOWN: ReadonlyMap<string, ProfileAttribute> = new Map(PROFILE_ATTRIBUTES.map((attribute) => [attributeKey(attribute.name), attribute]));
/** The attribute table of the documentation prints LMTCPB without its first letter. */
const ALIASES: Readonly<Record<string, string>> = { mtcpb: 'lmtcpb' };

const STATUS_WORDS: Readonly<Record<string, string>> = { TRUE: '*ENABLED', ENABLE: '*ENABLED', ENABLED: '*ENABLED', FALSE: '*DISABLED', DISABLE: '*DISABLED', DISABLED: '*DISABLED' };

/** What a profile is at present, for attributes that cannot be changed. */
export interface Current { readonly name: string; readonly row: Row; readonly zone: string }

function status(attribute: Attribute): Parameter {
  const given = singleText(attribute);
  return ['STATUS', oneOf('*ENABLED', '*DISABLED')(STATUS_WORDS[folded(given)] ?? given, attribute.name)];
}

function password(keyword: 'PASSWORD' | 'DOCPWD', attribute: Attribute): Parameter {
  return isCleared(attribute) ? [keyword, '*NONE'] : passwordParameter(keyword, attribute.name, secretOf(attribute));
}

const asText = (values: readonly IcfValue[]): string => values.map(String).join(' ');

/** Attributes that cannot be changed are refused, unless they say what is so already. */
function checkUnchanged(attribute: Attribute, held: readonly IcfValue[]): void {
  if (textsOf(attribute).join(' ') !== asText(held)) refuseValue(attribute.name, 'cannot be changed.');
}

function checkFixed(known: ProfileAttribute, attribute: Attribute, current: Current | undefined): void {
  if (current !== undefined) checkUnchanged(attribute, known.read?.read(current.row, current.zone) ?? []);
  else if (!isCleared(attribute)) refuseValue(attribute.name, 'cannot be set: the IBM i keeps it.');
}

function cleared(known: ProfileAttribute, attribute: Attribute, current: Current | undefined): Parameter | undefined {
  if (current === undefined) return undefined;
  return known.cleared === undefined ? refuseValue(attribute.name, 'cannot be cleared: give a value.') : [known.name, known.cleared];
}

const sorted = (values: readonly IcfValue[]): string => [...values].map(String).sort().join(' ');

/**
 * Whether the profile says so already. Sent once more, a date that has passed or the UID of a profile in use would be refused. PWDEXP is
 * sent in any case, as it belongs to the password that may come with it.
 */
function isHeld({ name, read }: ProfileAttribute, texts: readonly string[], current: Current | undefined): boolean {
  return current !== undefined && read !== undefined && name !== 'PWDEXP' && sorted(read.read(current.row, current.zone)) === sorted(texts);
}

function ordinary(known: ProfileAttribute, attribute: Attribute, current: Current | undefined): Parameter | undefined {
  const { write } = known;
  if (write === undefined || (known.isFixed && current !== undefined)) {
    checkFixed(known, attribute, current);
    return undefined;
  }
  if (isCleared(attribute)) return cleared(known, attribute, current);
  const texts = textsOf(attribute);
  if (texts.length > 1 && !known.isMultiValued) refuseValue(known.name, `has ${texts.length} values where one is expected.`);
  return isHeld(known, texts, current) ? undefined : [known.name, texts.map((given) => write(given, known.name)).join(' ')];
}

function parameterOf(attribute: Attribute, profile: string, current: Current | undefined): Parameter | undefined {
  const key = ALIASES[attributeKey(attribute.name)] ?? attributeKey(attribute.name);
  if (key === attributeKey(NAME) || key === 'usprf') {
    if (folded(singleText(attribute)) !== profile) refuseValue(attribute.name, current === undefined ? `and __NAME__ are two names for one thing: give both "${profile}".` : 'cannot be changed.');
    return undefined;
  }
  if (key === attributeKey(ENABLE) || key === 'status') return status(attribute);
  if (key === attributeKey(PASSWORD) || key === 'password') return password('PASSWORD', attribute);
  if (key === 'docpwd') return password('DOCPWD', attribute);
  const known = KNOWN.get(key);
  return known === undefined ? refuseValue(attribute.name, 'is not known to this connector.') : ordinary(known, attribute, current);
}

function parametersOf(profile: string, attributes: readonly Attribute[], current: Current | undefined): Parameter[] {
  const parameters: Parameter[] = [];
  for (const attribute of attributes) {
    const parameter = parameterOf(attribute, profile, current);
    if (parameter === undefined) continue;
    if (parameters.some(([keyword]) => keyword === parameter[0])) refuseValue(attribute.name, `says ${parameter[0]} once more: give __PASSWORD__ or PASSWORD, and __ENABLE__ or STATUS.`);
    parameters.push(parameter);
  }
  // CL takes an interval only together with *USREXPITV.
  const has = (keyword: string): boolean => parameters.some(([known]) => known === keyword);
  return has('USREXPITV') && !has('USREXPDATE') ? [...parameters, ['USREXPDATE', '*USREXPITV']] : parameters;
}

/** CRTUSRPRF. Without a password it has none: the default of the command would be the profile's name. */
export function creationCommand(profile: string, attributes: readonly Attribute[]): ClCommand {
  const parameters = parametersOf(profile, attributes, undefined);
  const hasPassword = parameters.some(([keyword]) => keyword === 'PASSWORD');
  return new ClCommand('CRTUSRPRF', profile, hasPassword ? parameters : [['PASSWORD', '*NONE'], ...parameters]);
}

/** CHGUSRPRF; undefined where nothing is to be changed. */
export function changeCommand(current: Current, attributes: readonly Attribute[]): ClCommand | undefined {
  const parameters = parametersOf(current.name, attributes, current);
  return parameters.length === 0 ? undefined : new ClCommand('CHGUSRPRF', current.name, parameters);
}
