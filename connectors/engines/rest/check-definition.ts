import type { ObjectList, RestObjectClass, WriteEndpoint } from './definition.js';
import { variablesOf } from './request-line.js';
import type { AnyRestConnector } from './rest-session.js';

const LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) (?:(?:\w+:)?\/\S*)?$/;

/** What a definition says and nothing will ever answer to: throws a TypeError that names it. */
export function checkDefinition({ id, properties, objectClasses, service }: AnyRestConnector): void {
  const complain = (what: string): never => { throw new TypeError(`The definition of ${id}: ${what}.`); };
  const checkLine = (line: string, known: readonly string[], where: string): void => {
    if (!LINE.test(line)) complain(`${where} has the request '${line}', which is none`);
    const unknown = variablesOf(line).find((name) => !known.includes(name) && !Object.hasOwn(properties, name));
    if (unknown !== undefined) complain(`${where} has the variable {${unknown}}, which is neither a property nor one of ${known.join(', ') || 'its own'}`);
  };
  if (typeof service.test === 'string') checkLine(service.test, [], 'test');
  for (const [name, definition] of Object.entries(objectClasses) as [string, RestObjectClass][]) {
    const lines = linesOf(definition);
    for (const [what, line, known] of lines) if (typeof line === 'string') checkLine(line, known, `${name}.${what}`);
    for (const given of listOf(definition)?.gives ?? []) if (!Object.hasOwn(definition.attributes, given)) complain(`${name}.list gives ${given}, which is no attribute`);
  }
}

function listOf({ list }: RestObjectClass): ObjectList | undefined {
  return typeof list === 'object' ? list : undefined;
}

/** What each is for, the request, and the variables it may have. */
function linesOf(definition: RestObjectClass): readonly (readonly [string, unknown, readonly string[]])[] {
  const list = listOf(definition);
  const own = ['uid', ...Object.keys(definition.variables?.('a:b:c:d') ?? {})];
  return [
    ['list', list?.request, [...list?.paging?.variables ?? [], ...Object.keys(list?.variables ?? {})]], ['read', definition.read === 'list' ? undefined : lineOf(definition.read), own],
    ['create', lineOf(definition.create), Object.entries(definition.attributes).map(([name, { wire = name }]) => wire)],
    ['update', lineOf(definition.update), own], ['delete', definition.delete, own],
    ...Object.entries(definition.attributes).flatMap(([attribute, { linked }]): [string, unknown, readonly string[]][] => (linked === undefined ? [] : [
      [`${attribute}.list`, lineOf(linked.list), own], [`${attribute}.add`, lineOf(linked.add), [...own, 'value']], [`${attribute}.remove`, lineOf(linked.remove), [...own, 'value', 'link']],
    ])),
  ];
}

function lineOf(how: unknown): string | undefined {
  if (typeof how === 'string') return how;
  return typeof how === 'object' && how !== null && 'request' in how ? (how as WriteEndpoint).request : undefined;
}
