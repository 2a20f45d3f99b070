import { ConnectorError } from '../../../protocol/model/index.js';

/** A function's body that answers by `return`, or a module whose default export is called. */
export type ScriptForm = 'body' | 'module';

const JAVASCRIPT: ReadonlySet<string> = new Set(['javascript', 'js', 'ecmascript', 'text/javascript', 'application/javascript']);
const TYPESCRIPT: ReadonlySet<string> = new Set(['typescript', 'ts', 'text/typescript', 'application/typescript']);
/** A line that begins with `export`: a body cannot hold one outside of texts and comments. */
const EXPORT = /^[ \t]*export[ \t]*(?:default\b|\{|(?:async|class|const|function|let)\b)/m;
const LONGEST_QUOTED = 40;

/** Throws `illegalArgument` for a language that scripts cannot be in. */
export function checkLanguage(language: string): void {
  const name = language.trim().toLowerCase();
  if (JAVASCRIPT.has(name)) return;
  const shown = `"${language.slice(0, LONGEST_QUOTED)}"`;
  const advice = TYPESCRIPT.has(name) ? 'Compile it to JavaScript and send that, with the language "javascript"' : 'Rewrite it in JavaScript and send it with the language "javascript"; docs/scripts.md shows how the usual Groovy constructs look there';
  throw new ConnectorError('illegalArgument', `Scripts in the language ${shown} cannot run here: this connector server runs JavaScript only. ${advice}.`, { outcome: 'notApplied' });
}

export function formOf(text: string): ScriptForm {
  return EXPORT.test(text) ? 'module' : 'body';
}
