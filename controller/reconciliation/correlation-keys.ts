import type { JsonObject, JsonValue } from '../crest/json.js';
import { valueAt, type JsonPointer } from '../crest/json-pointer.js';
import type { Correlation, CorrelationKey } from '../mappings/correlation-query.js';
import { correlationKey } from '../mappings/correlation.js';
import { indexable } from '../store/indexable.js';
import type { Mapping } from '../mappings/mapping.js';

/** Sets of target properties that scripts may correlate by; sources beyond these have the target asked. */
const MOST_FORMS = 16;
/** Of values of lists, for one target. */
const MOST_COMBINATIONS = 64;

interface Form { readonly id: string; readonly pointers: readonly JsonPointer[] }

/**
 * Correlation as text that both sides have: by the mapping's rules, or by what its scripts ask for when that is equality. Scripts may ask
 * for different properties from object to object; each set of them is a form, known once a source has asked for it.
 */
export class CorrelationKeys {
  readonly #mapping: Mapping;
  readonly #forms = new Map<string, Form>();
  readonly areLearned: boolean;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
    this.areLearned = mapping.correlationQueries.size > 0;
  }

  /** Undefined: the target has to be asked, or nothing correlates. */
  ofSource(correlation: Correlation): string | undefined {
    if (correlation.kind !== 'keys') return undefined;
    if (!this.areLearned) return indexable(JSON.stringify(correlation.keys.map(text)));
    const keys = [...correlation.keys].sort((left, right) => (place(left) < place(right) ? -1 : 1));
    const id = JSON.stringify(keys.map(place));
    if (!this.#forms.has(id)) {
      if (this.#forms.size >= MOST_FORMS || new Set(keys.map(place)).size < keys.length) return undefined;
      this.#forms.set(id, { id, pointers: keys.map(({ pointer }) => pointer) });
    }
    return indexable(JSON.stringify([id, ...keys.map(text)]));
  }

  ofTarget(object: JsonObject): readonly string[] {
    if (this.areLearned) return [...this.#forms.values()].flatMap((form) => combinations(form, object));
    const key = correlationKey(this.#mapping.correlation, 'target', object);
    return key === undefined ? [] : [indexable(key)];
  }
}

const place = ({ pointer }: CorrelationKey): string => JSON.stringify(pointer);

/** As `correlationKey` has it. */
function text({ value, ignoreCase }: CorrelationKey): string {
  return ignoreCase ? String(value).toLowerCase() : String(value);
}

/** A list has a value as soon as one of its elements has. */
function combinations({ id, pointers }: Form, object: JsonObject): readonly string[] {
  let found: string[][] = [[]];
  for (const pointer of pointers) {
    const values = valuesAt(object, pointer);
    found = found.flatMap((before) => values.map((value) => [...before, value])).slice(0, MOST_COMBINATIONS);
  }
  return found.map((values) => indexable(JSON.stringify([id, ...values])));
}

function valuesAt(object: JsonObject, pointer: JsonPointer): readonly string[] {
  const value: JsonValue | undefined = valueAt(object, pointer);
  return (Array.isArray(value) ? value : [value]).flatMap((one) => (one === undefined || one === null || typeof one === 'object' ? [] : [String(one).toLowerCase()]));
}
