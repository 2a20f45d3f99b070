/**
 * `node scripts/rest-lines.mjs`: lines of code of each connector on the REST engine, by TypeScript's own parser: lines with anything on
 * them but comments, wherever files begin and end. Code are those that functions with a body of more than one line are on, from their
 * first to their last; definition is the rest: tables, endpoints, types, imports, functions of one line. Tests and their fake count in all.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './run.mjs';

const catalog = join(root, 'connectors/catalog');

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Numbers of the lines of a source, in all and of functions with a body of more than one line. */
function linesOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line;
  const all = new Set();
  const code = new Set();
  const visit = (node, isInside) => {
    const isCode = isInside || (ts.isFunctionLike(node) && node.body !== undefined && lineAt(node.body.getStart(source)) !== lineAt(node.body.end));
    const parts = node.getChildren(source).filter(({ kind }) => kind < ts.SyntaxKind.FirstJSDocNode || kind > ts.SyntaxKind.LastJSDocNode);
    for (const part of parts) visit(part, isCode);
    if (parts.length > 0 || node.kind === ts.SyntaxKind.EndOfFileToken || node.getWidth(source) === 0) return;
    for (let line = lineAt(node.getStart(source)); line <= lineAt(node.end); line++) {
      all.add(line);
      if (isCode) code.add(line);
    }
  };
  visit(source, false);
  return { all: all.size, code: code.size };
}

function sumOf(files) {
  const each = files.map(linesOf);
  const all = each.reduce((total, lines) => total + lines.all, 0);
  const code = each.reduce((total, lines) => total + lines.code, 0);
  return { all, code, definition: all - code };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const ids = readdirSync(catalog).filter((id) => filesIn(join(catalog, id)).some((file) => readFileSync(file, 'utf8').includes('defineRestConnector('))).sort();
const rows = ids.map((id) => ({ id, files: filesIn(join(catalog, id)).length, ...sumOf(filesIn(join(catalog, id))), tests: sumOf(filesIn(join(root, 'test/connectors', id))).all }));
const medianOf = (column) => median(rows.map((row) => row[column]));

console.log('| connector | files | lines in all | definition | code | tests and fake |\n| --- | --- | --- | --- | --- | --- |');
for (const { id, files, all, definition, code, tests } of rows) console.log(`| ${id} | ${files} | ${all} | ${definition} | ${code} | ${tests} |`);
console.log(`| median of ${rows.length} | ${medianOf('files')} | ${medianOf('all')} | ${medianOf('definition')} | ${medianOf('code')} | ${medianOf('tests')} |`);
console.log(`\nThe engine itself, connectors/engines/rest: ${sumOf(filesIn(join(root, 'connectors/engines/rest'))).all} lines; what else speaks HTTP, connectors/engines/http: ${sumOf(filesIn(join(root, 'connectors/engines/http'))).all}.`);
