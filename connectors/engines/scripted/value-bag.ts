import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';

const MOST = 100;

/** Values scripts keep from one run to the next, by name: `get`, `set`, `delete`, `keys`. Java's `propertyBag`. */
export class ValueBag {
  readonly #values = new Map<string, IcfValue>();

  /** As `name.get(…)` and so on. */
  functions(name: string): Map<string, HostFunction> {
    return new Map<string, HostFunction>([
      [`${name}.get`, async ([key]) => this.#values.get(keyOf(key)) ?? null],
      [`${name}.set`, async ([key, value]) => this.#set(keyOf(key), value ?? null)],
      [`${name}.delete`, async ([key]) => this.#values.delete(keyOf(key))],
      [`${name}.keys`, async () => [...this.#values.keys()]],
    ]);
  }

  #set(key: string, value: IcfValue): null {
    if (!this.#values.has(key) && this.#values.size >= MOST) throw new ConnectorError('illegalState', `Scripts can keep ${MOST} values under names of their own; delete one before the next.`);
    this.#values.set(key, value);
    return null;
  }
}

function keyOf(given: IcfValue | undefined): string {
  if (typeof given === 'string') return given;
  throw new ConnectorError('illegalArgument', 'The name of a kept value has to be a text.');
}
