import { fixedLimits, type RateProperty } from '../http/limits/fixed-limits.js';
import type { RequestLimits } from '../http/limits/target-limits.js';

/** A property that holds a rate such as `30/sec`; `default`: the rate where it is left empty. */
export interface ConfiguredRate extends Pick<RateProperty, 'kinds' | 'bare'> {
  readonly default?: string | undefined;
}

/** `readRateLimit` and `writeRateLimit`, as most connectors have them. */
export const READ_AND_WRITE_RATES = { readRateLimit: { kinds: ['read'] }, writeRateLimit: { kinds: ['write'] } } as const satisfies Readonly<Record<string, ConfiguredRate>>;

interface LimitedService<C> {
  readonly rates?: Readonly<Record<string, ConfiguredRate | undefined>>;
  limits?(config: C): RequestLimits & { readonly identity?: string };
}

/** The limits of a configuration. Throws `configuration` for what is no rate, naming the property. */
export function limitsOf<C>({ rates = {}, limits }: LimitedService<C>, config: C): RequestLimits & { readonly identity?: string } {
  const texts = config as Readonly<Record<string, unknown>>;
  const configured = Object.entries(rates).map(([property, { kinds, bare, default: preset = null } = {}]): RateProperty => {
    const given = texts[property];
    return { property, kinds, bare, text: typeof given === 'string' && given.trim() !== '' ? given : preset };
  });
  const { fixed = [], ...others } = limits?.(config) ?? {};
  return { ...others, fixed: [...fixed, ...fixedLimits(configured)] };
}
