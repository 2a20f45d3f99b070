/** Whether a value is made of JSON and nothing else: no prototype but the plain ones came in by a key. */
export function isPlainJson(root: unknown): boolean {
  const waiting = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value === null || typeof value !== 'object') continue;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== (Array.isArray(value) ? Array.prototype : Object.prototype)) return false;
    waiting.push(...Object.values(value).filter((part: unknown) => part !== undefined));
  }
  return true;
}
