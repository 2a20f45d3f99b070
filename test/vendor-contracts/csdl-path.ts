import type { CsdlModel, CsdlOperation, TypeRef } from './csdl-model.js';

/** What a path of an OData service leads to. */
export interface Resource {
  /** Undefined: nothing comes back, as from an action without a result. */
  readonly type: TypeRef | undefined;
  /** How it was come by: the root's or a navigation's objects, a property of one, links only, a number, a call. */
  readonly kind: 'entities' | 'property' | 'links' | 'count' | 'value' | 'call';
  readonly call?: CsdlOperation;
}

const SEGMENT = /^([\w.]+)(?:\((.*)\))?$/;

/** Walks a path; what is wrong with it comes as a sentence. */
export function resolvePath(model: CsdlModel, path: string): Resource | string {
  const [root = '', ...rest] = path.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
  const [, name = root, key] = SEGMENT.exec(root) ?? [];
  const start = model.roots.get(name);
  if (start === undefined) return `no ${root} at the service's root`;
  let found: Resource = { kind: 'entities', type: start.isList && key !== undefined ? { ...start, isList: false } : start };
  for (const segment of rest) {
    const next = step(model, found, segment);
    if (typeof next === 'string') return next;
    found = next;
  }
  return found;
}

const ENDS = { $ref: 'links', $count: 'count', $value: 'value' } as const;
const LAST: readonly Resource['kind'][] = ['links', 'count', 'value'];

function step(model: CsdlModel, { type, kind }: Resource, segment: string): Resource | string {
  if (type === undefined || LAST.includes(kind)) return `nothing goes below what /${segment} stands behind`;
  if (segment in ENDS) return segment === '$count' && !type.isList ? 'only of many there is a $count' : { type, kind: ENDS[segment as keyof typeof ENDS] };
  const [, name = segment, inside] = SEGMENT.exec(segment) ?? [];
  const cast = model.fullName(name);
  if (model.types.has(cast)) return { type: { ...type, name: cast }, kind };
  const call = model.operation(type, name.slice(name.lastIndexOf('.') + 1));
  if (call !== undefined && isCalled(call, inside)) return { type: call.result, kind: 'call', call };
  return below(model, { type, kind }, segment);
}

/** Graph's own pages leave the parentheses of functions without parameters out. */
const isCalled = (call: CsdlOperation, inside: string | undefined): boolean => call.isAction || inside !== undefined || call.parameters.size === 0;

/** An object of many by its key, or what an object has by its name. */
function below(model: CsdlModel, { type, kind }: { readonly type: TypeRef; readonly kind: Resource['kind'] }, segment: string): Resource | string {
  const [, name = segment, inside] = SEGMENT.exec(segment) ?? [];
  if (type.isList) return kind === 'property' ? `${segment} below a list of values` : { type: { ...type, isList: false }, kind: 'entities' };
  const navigation = model.navigation(type.name, name);
  if (navigation !== undefined) return { kind: 'entities', type: inside === undefined ? navigation : { ...navigation, isList: false } };
  const property = model.property(type.name, name);
  return property === undefined ? `${type.name} has no ${segment}` : { type: property, kind: 'property' };
}
