import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { closestWord } from '../../agent/config/closest-word.js';
import { ConfigError as AgentConfigError } from '../../agent/config/config-problems.js';
import { readConfig } from '../../agent/config/load-config.js';
import { keysOf, schemaAt } from '../../agent/config/schema-walk.js';
import { controllerConfigSchema } from '../../controller/config/controller-config.js';
import { pathOf, problem, type Finding } from './finding.js';

/** As the agent reads it, without its environment. Certificates and secrets are another check's business: they are on its machine. */
export function checkAgentFile(path: string, text: string): Finding[] {
  const absolute = resolve(path);
  try {
    readConfig(text, absolute);
    return [];
  } catch (error) {
    if (!(error instanceof AgentConfigError)) throw error;
    return error.problems.map((told) => {
      const rest = told.startsWith(absolute) ? told.slice(absolute.length) : told;
      const match = /^(?::(\d+))?: ([^]*)$/.exec(rest);
      return { ...problem('', match?.[2] ?? rest), line: match?.[1] === undefined ? undefined : Number(match[1]) };
    });
  }
}

/** As the controller reads it, with every problem, its line, and what was perhaps meant. */
export function checkControllerFile(path: string, text: string): Finding[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const schema = controllerConfigSchema(dirname(resolve(path)));
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ ...unknownSetting(schema, issue.path, key), line: lineOf(document, lines, [...issue.path, key]) }))
    : [{ ...problem(pathOf('', ...issue.path), issue.message), line: lineOf(document, lines, issue.path) }]));
}

function unknownSetting(schema: z.ZodType, path: readonly PropertyKey[], key: string): Finding {
  const parent = schemaAt(schema, path);
  const known = (parent === undefined ? undefined : keysOf(parent)) ?? [];
  const meant = closestWord(key, known);
  return problem(pathOf('', ...path, key), `is no setting; ${meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`}`);
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const offset = (document.getIn(path.slice(0, depth), true) as Node | undefined)?.range?.[0];
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}
