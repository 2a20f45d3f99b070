import type { KnownConnector } from '../../agent/config/known-connectors.js';
import { closestWord } from '../../agent/config/closest-word.js';
import { getKey, isObject, type JsonObject } from '../../protocol/crest/json.js';
import { compileObjectType } from '../../protocol/provisioner/object-type.js';
import { objectTypeSource } from '../../protocol/provisioner/provisioner-source.js';
import { problem, warning, pathOf, type Finding } from './finding.js';

type Description = KnownConnector['description'];

/** Every type and every property of it, as the controller compiles them, and names the connector has nearly. */
export function checkObjectTypes(file: JsonObject, description: Description | undefined): Finding[] {
  const types = getKey(file, 'objectTypes');
  if (!isObject(types)) return [];
  return Object.entries(types).flatMap(([name, type]) => {
    if (!isObject(type)) return [];
    return [...compileFindings(name, type), ...(description === undefined ? [] : nearMisses(name, type, description))];
  });
}

/** One property at a time: the compiler stops at the first it cannot take. */
function compileFindings(name: string, type: JsonObject): Finding[] {
  const properties = getKey(type, 'properties');
  const whole = objectTypeSource.safeParse({ ...type, properties: {} });
  if (!whole.success) return []; // the schema has told
  const single = isObject(properties) ? Object.entries(properties).map(([key, value]) => ({ [key]: value })) : [];
  return single.flatMap((one) => {
    const parsed = objectTypeSource.safeParse({ ...type, properties: one });
    if (!parsed.success) return [];
    try {
      compileObjectType(name, parsed.data);
      return [];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return [compileFinding(name, Object.keys(one)[0] ?? '', error.message)];
    }
  });
}

/** The compiler writes `objectTypes.account.mail.type must …`. */
function compileFinding(name: string, key: string, message: string): Finding {
  const prefix = `objectTypes.${name}.${key}`;
  const path = pathOf('objectTypes', name, 'properties', key);
  if (!message.startsWith(prefix)) return problem(pathOf('objectTypes', name), message.replace(/^objectTypes\.[^:]*: /, ''));
  const rest = message.slice(prefix.length);
  const match = /^\.(type|nativeType) ([^]*)$/.exec(rest);
  return match === null ? problem(path, rest.replace(/^: /, '')) : problem(pathOf(path, match[1] ?? ''), match[2] ?? rest);
}

const SPECIAL = /^__\w+__$/;
/** ICF's own attributes; connectors describe those they have. */
const OPERATIONAL = [
  '__NAME__', '__UID__', '__PASSWORD__', '__CURRENT_PASSWORD__', '__ENABLE__', '__ENABLE_DATE__', '__DISABLE_DATE__', '__LOCK_OUT__', '__PASSWORD_EXPIRED__',
  '__PASSWORD_EXPIRATION_DATE__', '__DESCRIPTION__', '__GROUPS__', '__LAST_LOGIN_DATE__', '__LAST_PASSWORD_CHANGE_DATE__', '__PASSWORD_CHANGE_INTERVAL__', '__SHORT_NAME__',
];
const CLASSES = ['__ACCOUNT__', '__GROUP__', '__ALL__'];

function nearMisses(name: string, type: JsonObject, { objectClasses }: Description): Finding[] {
  const nativeType = getKey(type, 'nativeType');
  if (typeof nativeType !== 'string') return [];
  const known = objectClasses.flatMap((objectClass) => [objectClass.name, ...objectClass.aliases]);
  const findings: Finding[] = [];
  if (![...known, ...CLASSES].includes(nativeType)) {
    const meant = closestWord(nativeType, [...known, ...CLASSES]);
    if (meant !== undefined) findings.push(warning(pathOf('objectTypes', name, 'nativeType'), `${nativeType} is no object class the connector tells of; did you mean ${meant}?`));
  }
  const described = objectClasses.flatMap(({ attributes }) => attributes.map((attribute) => attribute.name));
  const properties = getKey(type, 'properties');
  for (const [key, property] of Object.entries(isObject(properties) ? properties : {})) {
    const nativeName = isObject(property) ? getKey(property, 'nativeName') : undefined;
    if (typeof nativeName !== 'string' || !SPECIAL.test(nativeName) || [...OPERATIONAL, ...described].includes(nativeName)) continue;
    const meant = closestWord(nativeName, [...OPERATIONAL, ...described.filter((attribute) => SPECIAL.test(attribute))]);
    if (meant !== undefined) findings.push(warning(pathOf('objectTypes', name, 'properties', key, 'nativeName'), `${nativeName} is no attribute of ICF or of the connector; did you mean ${meant}?`));
  }
  return findings;
}
