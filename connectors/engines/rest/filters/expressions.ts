import { allOf, attributeKey, type Attribute, type AttributeFilterKind, type Filter } from '../../../../protocol/model/index.js';
import type { FilterSplit } from '../../../framework/spi.js';
import type { NativeFilters } from './native-filters.js';

export type Literal = string | number | boolean;

/** How a service writes conditions. */
export interface FilterLanguage {
  /** `path operator literal`; undefined where the language has no such operator. Quoting the literal is its duty. */
  compare(kind: AttributeFilterKind, path: string, literal: Literal): string | undefined;
  presence?(path: string): string;
  and(conditions: readonly string[]): string;
  /** Undefined where the language cannot say it. */
  or?(conditions: readonly string[]): string | undefined;
  not?(condition: string): string;
}

export interface Comparable {
  /** What the service calls it. */
  readonly path: string;
  readonly kinds: readonly (AttributeFilterKind | 'presence')[];
  /** The service decides just as the framework would, case and all: then the facade does not look again, and `not` is possible. */
  readonly exact?: boolean;
  /** Type of the literal, where the service tells types apart. @default of the value given */
  readonly literal?: 'string' | 'number' | 'boolean';
}

type Table = Readonly<Record<string, Comparable>>;

/** Filters as one expression in a parameter of the list; see ./scim.ts and ./odata.ts. */
export function expressionFilters({ parameter, language, attributes }: { readonly parameter: string; readonly language: FilterLanguage; readonly attributes: Table }): NativeFilters {
  const translator = new Translator(language, attributes);
  return {
    split: (filter) => translator.split(filter),
    query: (native) => {
      const condition = translator.condition(native);
      return condition === undefined ? {} : { [parameter]: condition };
    },
  };
}

export class Translator {
  readonly #language: FilterLanguage;
  readonly #attributes: ReadonlyMap<string, Comparable>;

  constructor(language: FilterLanguage, attributes: Table) {
    this.#language = language;
    this.#attributes = new Map(Object.entries(attributes).map(([name, comparable]) => [attributeKey(name), comparable]));
  }

  /** What can be said is native; what of it is not exact is looked at again. */
  split(filter: Filter): FilterSplit {
    if (filter.kind === 'and') {
      const parts = filter.operands.map((operand) => this.split(operand));
      return { native: allOf(...parts.map(({ native }) => native)), residual: allOf(...parts.map(({ residual }) => residual)) };
    }
    if (this.condition(filter) === undefined) return { native: undefined, residual: filter };
    return { native: filter, residual: this.#isExact(filter) ? undefined : filter };
  }

  /** Undefined where any part of it cannot be said. */
  condition(filter: Filter): string | undefined {
    const language = this.#language;
    switch (filter.kind) {
      case 'and': return this.#joined(filter.operands, (conditions) => language.and(conditions));
      case 'or': return this.#joined(filter.operands, (conditions) => language.or?.(conditions));
      case 'not': return this.#opposite(filter.operand);
      case 'presence': return this.#presence(filter.name);
      case 'extendedMatch': return undefined;
      default: return this.#comparison(filter.kind, filter.attribute);
    }
  }

  /** More than the filter means would become less than its opposite means. */
  #opposite(operand: Filter): string | undefined {
    const inner = this.#isExact(operand) ? this.condition(operand) : undefined;
    return inner === undefined ? undefined : this.#language.not?.(inner);
  }

  #presence(name: string): string | undefined {
    const known = this.#known(name, 'presence');
    return known === undefined ? undefined : this.#language.presence?.(known.path);
  }

  #comparison(kind: AttributeFilterKind, { name, values }: Attribute): string | undefined {
    const known = this.#known(name, kind);
    const literal = known === undefined ? undefined : literalOf(values, known.literal);
    return known === undefined || literal === undefined ? undefined : this.#language.compare(kind, known.path, literal);
  }

  #joined(operands: readonly Filter[], join: (conditions: readonly string[]) => string | undefined): string | undefined {
    const conditions = operands.map((operand) => this.condition(operand)).filter((condition) => condition !== undefined);
    return conditions.length < operands.length ? undefined : join(conditions);
  }

  #known(name: string, kind: AttributeFilterKind | 'presence'): Comparable | undefined {
    const known = this.#attributes.get(attributeKey(name));
    return known?.kinds.includes(kind) === true ? known : undefined;
  }

  #isExact(filter: Filter): boolean {
    if (filter.kind === 'and' || filter.kind === 'or') return filter.operands.every((operand) => this.#isExact(operand));
    if (filter.kind === 'not') return this.#isExact(filter.operand);
    const name = filter.kind === 'presence' ? filter.name : filter.attribute.name;
    return this.#attributes.get(attributeKey(name))?.exact === true;
  }
}

function literalOf(values: Attribute['values'], type: Comparable['literal']): Literal | undefined {
  const [given] = values ?? [];
  const value = typeof given === 'bigint' ? Number(given) : given;
  if (values?.length !== 1 || (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')) return undefined;
  return type === undefined ? value : LITERALS[type](value);
}

const LITERALS: Readonly<Record<NonNullable<Comparable['literal']>, (value: Literal) => Literal | undefined>> = {
  string: String,
  number: (value) => (String(value).trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined),
  boolean: (value) => ({ true: true, false: false })[String(value)],
};
