import { z } from 'zod';
import type { OperationKind } from '../../protocol/model/index.js';
import { duration, integer, path, text } from '../config/setting-types.js';
import type { NameLimit } from './attribute-names.js';
import { CHANGES } from './changes.js';
import { MAX_GLOB, glob } from './glob.js';
import { operationNames, operationsOf } from './operation-names.js';
import type { Policy } from './policy.js';
import { targetPattern } from './target-pattern.js';

const MAX_LIST = 1000;

function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item).min(1).max(MAX_LIST).describe(`a list of ${what}, at least one and at most ${MAX_LIST}`);
}

const pattern = (what: string) => z.string().min(1).max(MAX_GLOB).transform((value) => glob(value)).describe(`${what} (* stands for any characters, ? for one)`);

const name = () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/).describe('a name of 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit');

const target = () => z.string().trim().min(1).max(MAX_GLOB).transform((value, context) => {
  const read = targetPattern(value);
  if (read !== undefined) return read;
  context.addIssue({ code: 'invalid_value', values: [] });
  return z.NEVER;
}).describe('a place: HOST[:PORT] or ADDRESS[/BITS] (* and ? in names), an absolute path (* within a directory, ** across), or relay:NAME');

const operation = () => z.string().transform((value, context): readonly OperationKind[] => {
  const found = operationsOf(value);
  if (found !== undefined) return found;
  context.addIssue({ code: 'invalid_value', values: [] });
  return z.NEVER;
}).describe(`an operation: ${operationNames.join(', ')}`);

const change = () => z.enum(CHANGES).describe(CHANGES.join(', '));

const scope = {
  connectors: list(pattern('the id, class name or bundle name of a connector'), 'connectors').optional(),
  targets: list(target(), 'places').optional(),
};

const limit = z.strictObject({
  allow: list(pattern('the name of an attribute'), 'attributes').optional(),
  deny: list(pattern('the name of an attribute'), 'attributes').optional(),
}).refine((value) => (value.allow === undefined) !== (value.deny === undefined), { message: 'give either allow or deny' })
  .transform(({ allow, deny }): NameLimit => (allow === undefined ? { deny: deny ?? [] } : { allow }));

/** As text: `true`, `636`; an empty one for a property that is not set. */
const propertyValue = () => z.union([z.string().max(MAX_GLOB), z.number(), z.boolean()]).transform((value) => glob(String(value), { exactCase: true })).describe('a text, a number, true or false (* stands for any characters, ? for one)');

const rule = z.strictObject({
  name: name(),
  effect: z.enum(['allow', 'deny']).describe('allow or deny'),
  ...scope,
  operations: list(operation(), 'operations').transform((groups) => new Set(groups.flat())).optional(),
  objectClasses: list(pattern('an object class'), 'object classes').optional(),
  principals: list(pattern('a controller, as it has authenticated'), 'principals').optional(),
  configuration: z.record(text('the name of a configuration property'), list(propertyValue(), 'values')).describe('a mapping of configuration properties to lists of values').optional(),
  attributes: z.strictObject({ read: limit.optional(), write: limit.optional() }).optional(),
}).refine(({ effect, attributes }) => effect === 'allow' || attributes === undefined, { message: 'attributes belong to a rule that allows: one that denies refuses the whole operation' })
  .transform(({ attributes, configuration, ...rest }) => ({
    ...rest, read: attributes?.read, write: attributes?.write,
    configuration: configuration && Object.entries(configuration).map(([property, values]) => ({ name: property, values })),
  }));

const protection = z.strictObject({
  name: name(),
  ...scope,
  uids: list(pattern('a uid'), 'uids').default([]),
  names: list(pattern('a name'), 'names').default([]),
  attributes: z.record(text('the name of an attribute'), list(pattern('a value'), 'values')).describe('a mapping of attributes to lists of values').default({}),
  from: list(change(), 'changes').default(['delete', 'disable', 'rename', 'password']),
}).refine(({ uids, names, attributes }) => uids.length + names.length + Object.keys(attributes).length > 0, { message: 'name objects by uids, names or attributes' })
  .transform(({ attributes, from, ...rest }) => ({ ...rest, attributes: Object.entries(attributes).map(([attribute, values]) => ({ name: attribute, values })), from: new Set(from) }));

const brake = z.strictObject({
  name: name(),
  ...scope,
  changes: list(change(), 'changes').transform((changes) => new Set(changes)),
  limit: integer(0, 10_000_000),
  window: duration().default(3_600_000),
  per: z.enum(['system', 'agent']).describe('system or agent').default('system'),
  release: z.enum(['manual', 'window']).describe('manual or window').default('manual'),
});

const scripts = (base: string) => z.strictObject({
  any: z.boolean().describe('true or false: allow scripts of any text').default(false),
  sha256: z.array(z.string().regex(/^[0-9A-Fa-f]{64}$/).transform((digest) => digest.toLowerCase()).describe('the SHA-256 of a script, 64 hexadecimal digits')).max(MAX_LIST).describe('a list of digests').default([]),
  directories: z.array(path(base, 'directory with allowed scripts')).max(MAX_LIST).describe('a list of directories').default([]),
}).transform(({ sha256, ...rest }) => ({ ...rest, sha256: new Set(sha256) }));

function hasTwice(parts: readonly { readonly name: string }[]): boolean {
  return new Set(parts.map((part) => part.name)).size < parts.length;
}

/** Builds the schema of a policy file in the directory `base`. See example.yaml for every key. */
export function policySchema(base: string) {
  return z.strictObject({
    version: z.literal(1).describe('1'),
    default: z.enum(['allow', 'deny']).describe('allow or deny: what an operation gets that no rule is about'),
    readOnly: z.boolean().describe('true or false: refuse everything that may change something').default(false),
    rules: z.array(rule).max(MAX_LIST).describe('a list of rules').default([]),
    protected: z.array(protection).max(MAX_LIST).describe('a list of protected objects').default([]),
    brakes: z.array(brake).max(100).describe('a list of brakes').default([]),
    scripts: scripts(base).prefault({}),
  }).refine(({ rules }) => !hasTwice(rules), { path: ['rules'], message: 'two rules have the same name' })
    .refine((value) => !hasTwice(value.protected), { path: ['protected'], message: 'two entries have the same name' })
    .refine(({ brakes }) => !hasTwice(brakes), { path: ['brakes'], message: 'two brakes have the same name' })
    .transform(({ protected: protectedObjects, readOnly, rules, brakes, scripts: allowance, default: effect }): Policy => ({ default: effect, readOnly, rules, protectedObjects, brakes, scripts: allowance }));
}
