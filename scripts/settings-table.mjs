/** The settings of a configuration's schema, one a line: `{ path, expected, preset, required }`. */

const UNITS = { time: [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]], bytes: [['GiB', 1_024 ** 3], ['MiB', 1_024 ** 2], ['KiB', 1_024], ['B', 1]] };

/** As a file would have it: schemas read times as milliseconds and sizes as bytes. */
function presetText(value, expected) {
  const units = /^a duration/.test(expected) ? UNITS.time : /^a size/.test(expected) ? UNITS.bytes : undefined;
  if (units === undefined || typeof value !== 'number' || value === 0) return typeof value === 'string' ? value : JSON.stringify(value);
  const [unit, factor] = units.find(([, each]) => value % each === 0);
  return `${value / factor}${unit}`;
}

/** The default of a setting below its wrappers; `absent`: it may be left out and has none. */
function presetOf(schema) {
  const { type, innerType, defaultValue, in: input } = schema.def;
  if (type === 'default' || type === 'prefault') return { value: defaultValue };
  if (type === 'optional') return { absent: true };
  return type === 'pipe' ? presetOf(input) : innerType === undefined ? {} : presetOf(innerType);
}

/** What a value has to be: the description, or what is said of one that cannot be right. */
function expectedOf(schema, { descriptionOf, unwrap }) {
  const described = descriptionOf(schema) ?? descriptionOf(unwrap(schema));
  if (described !== undefined) return described;
  const [issue] = schema.safeParse(Symbol('wrong')).error?.issues ?? [];
  return issue?.message.replace(/^must be /, '').replace(/^Invalid input: expected /, '') ?? '';
}

/** `walk`: agent/config/schema-walk.ts. Groups of settings that are the same as earlier ones of that name are one line, which says so. */
export function settingsOf(schema, walk) {
  return withoutRepeats(leavesOf(schema, walk, ''));
}

function leavesOf(schema, walk, path) {
  const here = walk.unwrap(schema);
  const { type, shape, element, valueType } = here.def;
  if (type === 'object') return Object.entries(shape).flatMap(([name, child]) => leavesOf(child, walk, path === '' ? name : `${path}.${name}`));
  const inner = type === 'array' ? element : type === 'record' ? valueType : undefined;
  if (inner !== undefined && walk.unwrap(inner).def.type === 'object') return leavesOf(inner, walk, `${path}${type === 'array' ? '[]' : '.*'}`);
  const expected = expectedOf(schema, walk);
  const { value, absent = false } = presetOf(schema);
  return [{ path, expected, preset: value === undefined ? undefined : presetText(value, expected), required: value === undefined && !absent }];
}

const nameOf = (group) => group.slice(group.lastIndexOf('.') + 1);

/** Paths of what holds a setting, the outermost first. */
const groupsOf = (path) => [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index));

function withoutRepeats(settings) {
  const known = new Map();
  const described = (group) => JSON.stringify(settings.filter(({ path }) => path.startsWith(`${group}.`)).map(({ path, expected, preset }) => [path.slice(group.length), expected, preset]));
  const replaced = new Set();
  return settings.flatMap((setting) => {
    for (const group of groupsOf(setting.path)) {
      if (replaced.has(group)) return [];
      const key = nameOf(group) + described(group);
      const earlier = known.get(key) ?? group;
      known.set(key, earlier);
      if (earlier === group) continue;
      replaced.add(group);
      return [{ path: group, expected: `as \`${earlier}\``, preset: undefined, required: false }];
    }
    return [setting];
  });
}
