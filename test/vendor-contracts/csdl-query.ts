import type { CsdlModel, TypeRef } from './csdl-model.js';

const OPTIONS = new Set(['$select', '$filter', '$expand', '$top', '$skip', '$skiptoken', '$deltatoken', '$count', '$search', '$orderby', '$format', '$levels']);
const WORDS = new Set(['and', 'or', 'not', 'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'has', 'true', 'false', 'null', 'any', 'all', 'asc', 'desc', 'startswith', 'endswith', 'contains', 'tolower', 'toupper', 'length', 'indexof', 'substring', 'concat', 'trim', 'year', 'month', 'day', 'now', 'isof', 'cast']);

const NUMBER = { pattern: /^\d+$/, says: 'a whole number' };
const PLAIN: Readonly<Record<string, { readonly pattern: RegExp; readonly says: string } | undefined>> = { $top: NUMBER, $skip: NUMBER, $count: { pattern: /^(?:true|false)$/, says: 'true or false' } };

/** What is wrong with query options (OData 4.01 part 2, section 5) for objects of a type. */
export function queryComplaints(model: CsdlModel, type: TypeRef | undefined, query: URLSearchParams): string[] {
  return [...query].flatMap(([name, value]) => {
    if (!OPTIONS.has(name)) return name.startsWith('$') ? [`no query option ${name}`] : [`no parameter ${name} in the contract`];
    const plain = PLAIN[name];
    if (plain !== undefined) return plain.pattern.test(value) ? [] : [`${name} must be ${plain.says}, not ${value}`];
    if (type === undefined || !model.types.has(type.name)) return [];
    if (name === '$select' || name === '$orderby') return value.split(',').flatMap((each) => pathComplaint(model, type.name, each.trim().split(' ')[0]!, name));
    if (name === '$filter') return filterComplaints(model, type.name, value);
    return name === '$expand' ? split(value, ',').flatMap((each) => expandComplaints(model, type.name, each)) : [];
  });
}

/** Where a path of names leads from a type; undefined where it does not. `any` for what the model leaves open. */
function follow(model: CsdlModel, type: string, path: string): TypeRef | 'any' | undefined {
  let found: TypeRef = { name: type, isList: false, nullable: true };
  for (const name of path.split('/')) {
    const holder = found.name;
    if (name === '$count') return 'any';
    if (model.types.has(model.fullName(name))) found = { ...found, name: model.fullName(name) };
    else {
      const next = model.property(holder, name) ?? model.navigation(holder, name) ?? model.derivedProperty(holder, name);
      if (next === undefined) return model.isExtension(holder, name) ? 'any' : undefined;
      found = next;
    }
  }
  return found;
}

const pathComplaint = (model: CsdlModel, type: string, path: string, option: string): string[] => (path === '*' || path === '' || follow(model, type, path) !== undefined ? [] : [`${option}: ${type} has no ${path}`]);

/** Splits where no parenthesis or quote is open. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  let [depth, isQuoted] = [0, false];
  for (const letter of text) {
    if (letter === "'") isQuoted = !isQuoted;
    if (!isQuoted && letter === '(') depth++;
    if (!isQuoted && letter === ')') depth--;
    if (letter === separator && depth === 0 && !isQuoted) parts.push('');
    else parts.push(parts.pop()! + letter);
  }
  return parts;
}

function expandComplaints(model: CsdlModel, type: string, text: string): string[] {
  const [, path = '', options] = /^([^(]+?)(?:\((.*)\))?$/.exec(text.trim()) ?? [];
  const target = path === '*' ? undefined : model.navigation(type, path.split('/')[0]!);
  if (target === undefined) return path === '*' ? [] : [`$expand: ${type} has no ${path} to expand`];
  const inner = new URLSearchParams(split(options ?? '', ';').filter((each) => each !== '').map((each): [string, string] => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]));
  return queryComplaints(model, target, inner);
}

/** What a path in a filter starts from, and the rest of it. */
function startOf(type: string, path: string, variables: ReadonlyMap<string, TypeRef | 'any'>): { readonly from: TypeRef | 'any'; readonly name: string } {
  const [first = '', ...rest] = path.split('/');
  const variable = variables.get(first);
  return variable === undefined ? { from: { name: type, isList: false, nullable: true }, name: path } : { from: variable, name: rest.join('/') };
}

/** A filter without its texts, dates and GUIDs, which are no names. */
const withoutValues = (text: string): string => text.replaceAll("''", '').replaceAll(/'[^']*'/g, ' ').replaceAll(/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?/g, ' ').replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, ' ');

const isQuoteOpen = (text: string): boolean => (text.replaceAll("''", '').split("'").length - 1) % 2 === 1;
const isWord = (path: string, text: string): boolean => WORDS.has(path.toLowerCase()) || (!path.includes('/') && text.includes(`(${path}:`));

/** Names in a filter: those of lambda variables lead on from what the variable goes over. */
function filterComplaints(model: CsdlModel, type: string, text: string): string[] {
  if (isQuoteOpen(text)) return [`$filter: a quote is open in ${text}`];
  const bare = withoutValues(text);
  const variables = new Map<string, TypeRef | 'any'>();
  const complaints: string[] = [];
  for (const [, path = '', variable] of bare.matchAll(/([A-Za-z_$][\w./$]*?)(?:\/(?:any|all)\(\s*(\w+)\s*:|(?![\w./$]))/g)) {
    if (isWord(path, bare)) continue;
    const { from, name } = startOf(type, path, variables);
    const target = from === 'any' || name === '' ? from : follow(model, from.name, name);
    if (target === undefined) complaints.push(`$filter: ${(from as TypeRef).name} has no ${name}`);
    if (variable !== undefined) variables.set(variable, target ?? 'any');
  }
  return complaints;
}
