/** Words of a command line as a shell splits it: quotes, no expansions. Answers the arguments after `causeway`. */
export function argumentsOf(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
  const from = words.indexOf('causeway');
  const to = words.findIndex((word, index) => index > from && ['|', '>', '&&'].includes(word));
  return words.slice(from + 1, to < 0 ? undefined : to);
}
