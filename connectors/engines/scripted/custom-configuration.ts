import { ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { parseSettings, type Setting, type Settings } from './config-slurper.js';

interface Given {
  readonly customConfiguration: string | null;
  readonly customSensitiveConfiguration: GuardedString | null;
}

/**
 * The settings a configuration has for its scripts: plain ones, and sensitive ones whose texts and numbers stay secrets. Where both have a
 * block of one name, its settings are put together; the sensitive one wins. Throws `configuration`, which never quotes a value.
 */
export function customConfiguration({ customConfiguration: plain, customSensitiveConfiguration: sensitive }: Given): Map<IcfValue, IcfValue> {
  const settings = valuesOf(read('customConfiguration', plain ?? ''), (value) => value);
  return merged(settings, valuesOf(read('customSensitiveConfiguration', sensitive?.reveal() ?? ''), secret));
}

function read(property: string, text: string): Settings {
  try {
    return parseSettings(text);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ConnectorError('configuration', `${property}: ${error.message} It takes assignments and blocks as ConfigSlurper has them, e.g. kadmin { user = 'admin/admin' }, or JSON.`);
  }
}

type Leaf = Exclude<Setting, Settings | readonly Setting[]>;

function valuesOf(settings: Settings, leaf: (value: Leaf) => IcfValue): Map<IcfValue, IcfValue> {
  return new Map([...settings].map(([name, value]) => [name, valueOf(value, leaf)]));
}

function valueOf(value: Setting, leaf: (value: Leaf) => IcfValue): IcfValue {
  if (value instanceof Map) return valuesOf(value, leaf);
  return Array.isArray(value) ? value.map((item: Setting) => valueOf(item, leaf)) : leaf(value as Leaf);
}

function secret(value: Leaf): IcfValue {
  return typeof value === 'string' || typeof value === 'number' ? new GuardedString(String(value)) : value;
}

function merged(first: ReadonlyMap<IcfValue, IcfValue>, second: ReadonlyMap<IcfValue, IcfValue>): Map<IcfValue, IcfValue> {
  const all = new Map(first);
  for (const [name, value] of second) {
    const known = all.get(name);
    all.set(name, known instanceof Map && value instanceof Map ? merged(known, value) : value);
  }
  return all;
}
