import { extname } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';

/** Where the constructs of Groovy scripts are shown in JavaScript. */
export const MIGRATION_PAGE = 'docs/groovy-migration.md';

const JAVASCRIPT = ['.js', '.mjs'] as const;

/**
 * File names, best first, that a slot's file may have below a root. The JavaScript beside a Groovy script stands for it, so that a
 * provisioner file stays as it is: `CreateScript.groovy` finds `CreateScript.js`. A name without extension gets one.
 */
export function candidates(name: string): readonly string[] {
  const extension = extname(name).toLowerCase();
  if (extension === '.groovy') return JAVASCRIPT.map((own) => `${name.slice(0, -extension.length)}${own}`);
  if (extension === '') return [...JAVASCRIPT.map((own) => `${name}${own}`)];
  return [name];
}

export function isGroovy(name: string): boolean {
  return extname(name).toLowerCase() === '.groovy';
}

/** Throws `configuration` for a name that leads out of its root, or is of another language. */
export function checkScriptName(slot: string, name: string): void {
  const refuse = (what: string): never => { throw new ConnectorError('configuration', `${slot}: ${what}`); };
  if (name.includes('\0') || name.split(/[/\\]/).includes('..') || /^(?:[/\\]|[A-Za-z]:)/.test(name)) refuse(`'${name}' has to be the name of a file below one of the scriptRoots.`);
  const extension = extname(name).toLowerCase();
  if (extension === '.ts' || extension === '.mts') refuse(`'${name}' is TypeScript, which is not run here: compile it to JavaScript and name that.`);
}

export function groovyRefused(slot: string, file: string, beside: readonly string[]): ConnectorError {
  return new ConnectorError('configuration', `${slot}: ${file} is a Groovy script, which this connector server does not run. Rewrite it in JavaScript (${MIGRATION_PAGE}) and put it beside as ${beside.join(' or ')}; the configuration may stay as it is.`);
}
