const made = new WeakMap<object, Map<string, Promise<unknown>>>();

/** What serves all objects of a search, made once for it. `search`: what `LinkedValues.list` and `RestAttribute.complete` are given, or the hook's query. */
export function onceASearch<T>(search: object, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(search) ?? new Map<string, Promise<unknown>>();
  made.set(search, known);
  const value = (known.get(key) ?? make()) as Promise<T>;
  known.set(key, value);
  return value;
}
