import { ConnectorError } from '../../../../protocol/model/index.js';

/** One attribute to write. */
export interface NativeValue { readonly name: string; readonly value: string }

/** 32 bits of flags as Active Directory writes them, a signed decimal number; undefined for other text. */
export function flagsOf(text: string | undefined): number | undefined {
  return text === undefined || !/^-?\d{1,10}$/.test(text.trim()) ? undefined : Number(text) | 0;
}

/** What the native attributes behind ICF's own are while a request is put together. Names are found in any case. */
export class NativeValues {
  /** The entry is being created. */
  readonly isNew: boolean;
  /** The same request sets the password. */
  readonly setsPassword: boolean;
  readonly #known: Map<string, string>;
  readonly #changed = new Map<string, NativeValue>();
  readonly #before = new Map<string, NativeValue>();

  /** `known`: what the request gives, and the entry holds, by lower-case name. */
  constructor(known: ReadonlyMap<string, string>, { isNew, setsPassword }: { readonly isNew: boolean; readonly setsPassword: boolean }) {
    this.#known = new Map(known);
    this.isNew = isNew;
    this.setsPassword = setsPassword;
  }

  get(name: string): string | undefined {
    return this.#known.get(name.toLowerCase());
  }

  /** The 32 bit flags an attribute holds; `fresh` for a new entry that has none. */
  flags(name: string, fresh: number): number {
    const text = this.get(name);
    const flags = flagsOf(text);
    if (flags !== undefined) return flags;
    if (text === undefined && this.isNew) return fresh;
    throw text === undefined
      ? new ConnectorError('permissionDenied', `The attribute ${name} of the entry cannot be read, so its flags cannot be changed. Let the principal read it.`)
      : new ConnectorError('invalidAttributeValue', `The attribute ${name} has to be a decimal number.`);
  }

  set(name: string, value: string): void {
    this.#known.set(name.toLowerCase(), value);
    this.#changed.set(name.toLowerCase(), { name, value });
  }

  /** Written in a request of its own, before everything else. */
  setBefore(name: string, value: string): void {
    this.#before.set(name.toLowerCase(), { name, value });
  }

  get changed(): readonly NativeValue[] {
    return [...this.#changed.values()];
  }

  get before(): readonly NativeValue[] {
    return [...this.#before.values()];
  }
}
