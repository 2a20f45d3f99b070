/** Whether a bundle version fits what a configuration asks for: a version, or a range such as `[1.4.0.0,2)`. */
export interface VersionRange {
  readonly text: string;
  includes(version: string): boolean;
}

/** Throws a TypeError for a range that cannot be read. No comma: the version itself, compared as text. */
export function parseVersionRange(text: string): VersionRange {
  const trimmed = text.trim();
  if (!trimmed.includes(',')) return { text: trimmed, includes: (version) => version === trimmed };
  const match = /^([[(])([^,[\]()]+),([^,[\]()]+)([\])])$/.exec(trimmed.replaceAll(' ', ''));
  if (match === null) throw new TypeError(`bundleVersion ${text} must be a version or a range such as [1.4.0.0,2.0.0.0)`);
  const [, open, low = '', high = '', close] = match;
  const bounds = [parts(low), parts(high)] as const;
  if (compare(...bounds) > 0) throw new TypeError(`bundleVersion ${text} is an empty range`);
  return {
    text: trimmed,
    includes(version) {
      const [least, most] = [compare(parts(version), bounds[0]), compare(parts(version), bounds[1])];
      return (open === '[' ? least >= 0 : least > 0) && (close === ']' ? most <= 0 : most < 0);
    },
  };
}

/** Numeric order of two versions; a missing part is 0, a `-qualifier` is ignored. */
export function compareVersions(left: string, right: string): number {
  return compare(parts(left), parts(right));
}

function parts(version: string): readonly number[] {
  const numbers = version.replace(/-.*$/, '').split('.').map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : 0));
  return [0, 1, 2, 3].map((index) => numbers[index] ?? 0);
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, part] of left.entries()) {
    const difference = part - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
