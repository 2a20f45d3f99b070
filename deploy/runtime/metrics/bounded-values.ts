/** Stands for every value that has no label of its own. */
export const OTHER = 'other';

/** What a name of a class or a connector looks like; a DN, a sentence or a mail address does not. */
const NAME = /^[A-Za-z_][\w.$-]{0,79}$/;
/** What somebody may have called a part of the configuration. */
export const CONFIGURED_NAME = /^[^\p{Cc}]{1,80}$/u;

/**
 * Values of a label that come from outside. The first `most` names get a label value of their own, everything else is `other`:
 * whoever sends requests can neither fill the memory nor put a text of his choice where everybody reads it.
 */
export class BoundedValues {
  readonly #most: number;
  readonly #known: Set<string>;
  readonly #form: RegExp;

  /** `always`: those that count whoever comes first; `form`: what may become a label. @default names of classes */
  constructor(most: number, { always = [], form = NAME }: { readonly always?: readonly string[]; readonly form?: RegExp } = {}) {
    this.#most = most;
    this.#form = form;
    this.#known = new Set(always);
  }

  /** The label value, which the value becomes when there is room for it. */
  admit(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most || !this.#form.test(value)) return OTHER;
    this.#known.add(value);
    return value;
  }

  /** The label value, as far as it has one. */
  known(value: string): string {
    return this.#known.has(value) ? value : OTHER;
  }
}
