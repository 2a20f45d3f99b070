import { DISABLE_DATE, ENABLE, ENABLE_DATE, LOCK_OUT, NAME, PASSWORD, PASSWORD_EXPIRED, UID, attributeKey, type Attribute, type BatchTask } from '../../protocol/model/index.js';
import { plainKey, type AttributeNames } from './attribute-names.js';

/** What a write does to an object, as brakes count it and protection forbids it. */
export const CHANGES = ['create', 'update', 'delete', 'disable', 'password', 'rename'] as const;
export type Change = (typeof CHANGES)[number];

const key = { enable: attributeKey(ENABLE), lockOut: attributeKey(LOCK_OUT), enableDate: attributeKey(ENABLE_DATE), disableDate: attributeKey(DISABLE_DATE) };
const PASSWORDS = [PASSWORD, PASSWORD_EXPIRED].map(attributeKey);
const NAMES = [NAME, UID].map(attributeKey);

/**
 * All that one write does. Where it cannot be told whether an account is switched on or off, it counts as a disable: a raw
 * attribute of the target, a date, a value of another type.
 */
export function changesOf(task: BatchTask, names: AttributeNames): ReadonlySet<Change> {
  const changes = new Set<Change>([task.kind]);
  if (task.kind !== 'update') return changes;
  for (const attribute of task.attributes) {
    const reached = names.reached(attribute.name);
    if (PASSWORDS.some((name) => reached.has(name))) changes.add('password');
    if (NAMES.some((name) => reached.has(name))) changes.add('rename');
    if (disables(attribute, reached)) changes.add('disable');
  }
  return changes;
}

function disables(attribute: Attribute, reached: ReadonlySet<string>): boolean {
  const name = plainKey(attribute.name);
  if (name === key.enable) return !isOnly(attribute, true);
  if (name === key.lockOut) return !isOnly(attribute, false);
  return [key.enable, key.lockOut, key.enableDate, key.disableDate].some((one) => reached.has(one));
}

function isOnly({ values }: Attribute, value: boolean): boolean {
  return values?.length === 1 && values[0] === value;
}
