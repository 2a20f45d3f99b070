import { Parser, type CST } from 'yaml';

/** Deeper than any configuration; far from where the library, which goes down level by level, would run out of stack. */
const DEEPEST = 100;

/**
 * Whether YAML is nested too deeply to be handed to the library: out of stack in the wrong place, in the middle of compiling
 * a regular expression, Node ends the whole process instead of throwing. Looks at the syntax only, without recursion.
 */
export function isTooDeep(text: string): boolean {
  const waiting: { readonly token: CST.Token; readonly depth: number }[] = [];
  const push = (token: CST.Token | null | undefined, depth: number): void => {
    if (token !== null && token !== undefined) waiting.push({ token, depth });
  };
  for (const token of new Parser().parse(text)) push(token, 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) return true;
    if (token.type === 'document') push(token.value, depth + 1);
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if ('key' in item) push(item.key, depth + 1);
      push(item.value, depth + 1);
    }
  }
  return false;
}
