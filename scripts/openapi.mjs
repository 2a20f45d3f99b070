/**
 * `node scripts/openapi.mjs`: writes docs/openapi.json from what each part of the REST API says of itself, and the types of the client
 * from its schemas. `--check` writes nothing and fails when either is not what it would write, or the document is no OpenAPI.
 */
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { withTypeScript } from './load-typescript.mjs';
import { schemaTypes } from './openapi-types.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const document = await withTypeScript(async (load) => {
  const [{ openApiDocument }, { API_PARTS }] = await Promise.all([load('/controller/openapi/document.ts'), load('/controller/openapi/parts.ts')]);
  return openApiDocument(API_PARTS, { version });
});
const { valid, errors } = await new Validator().validate(structuredClone(document));
if (!valid) {
  console.error(typeof errors === 'string' ? errors : JSON.stringify(errors, null, 2));
  process.exit(1);
}
const files = [['docs/openapi.json', `${JSON.stringify(document, null, 1)}\n`], ['controller/client/api-types.ts', schemaTypes(document.components.schemas)]];
const stale = files.filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text);
if (!values.check) for (const [path, text] of stale) writeFileSync(join(root, path), text);
else for (const [path] of stale) console.error(`${path} is not what the descriptions of the REST API make of it: node scripts/openapi.mjs`);
process.exit(values.check && stale.length > 0 ? 1 : 0);
