import { parseRate, type Rate, type RateNotation } from './rate.js';

/** A rate all requests of these kinds have together; without kinds: all requests. */
export interface FixedLimit {
  readonly rate: Rate;
  readonly kinds?: readonly string[] | undefined;
}

/** A property of a configuration that holds a rate. */
export interface RateProperty extends RateNotation {
  readonly property: string;
  /** Null, and blank: no limit. */
  readonly text: string | null;
  readonly kinds?: readonly string[] | undefined;
}

/** Throws `configuration` for a text that is no rate, naming property and text. */
export function fixedLimits(properties: readonly RateProperty[]): readonly FixedLimit[] {
  return properties.flatMap(({ property, text, kinds, bare }) => (text === null || text.trim() === '' ? [] : [{ rate: parseRate(property, text, { bare }), kinds }]));
}
