/** TypeScript of the schemas of an OpenAPI document, as far as ours go. */

/** One exported type for each schema. */
export function schemaTypes(schemas) {
  const types = Object.entries(schemas).map(([name, schema]) => `${comment(schema)}export ${declaration(name, schema)}`);
  return `/* Made by scripts/openapi.mjs from the descriptions of the REST API; change those. */\n\n${types.join('\n\n')}\n`;
}

const comment = ({ description }) => (description === undefined ? '' : `/** ${description.replaceAll('*/', '* /')}. */\n`);

function declaration(name, schema) {
  return schema.type === 'object' && !Array.isArray(schema.type) ? `interface ${name} ${typeOf(schema, 0)}` : `type ${name} = ${typeOf(schema, 0)};`;
}

function typeOf(schema, depth) {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1);
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ');
  const all = schema.anyOf ?? schema.oneOf;
  if (all !== undefined) return [...new Set(all.map((one) => typeOf(one, depth)))].join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, depth)).join(' | ');
  switch (schema.type) {
    case 'string': return 'string';
    case 'integer': case 'number': return 'number';
    case 'boolean': return 'boolean';
    case 'null': return 'null';
    case 'array': {
      const items = typeOf(schema.items ?? {}, depth);
      return `readonly ${items.includes(' ') && !items.startsWith('{') ? `(${items})` : items}[]`;
    }
    case 'object': return objectType(schema, depth);
    default: return 'unknown';
  }
}

function property(name, type, { indent, isRequired }) {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
  return `${indent}readonly ${key}${isRequired ? '' : '?'}: ${type}${isRequired || type === 'unknown' ? '' : ' | undefined'};`;
}

function objectType({ properties = {}, required = [], additionalProperties }, depth) {
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).map(([name, schema]) => property(name, typeOf(schema, depth + 1), { indent, isRequired: required.includes(name) }));
  const rest = lines.length > 0 && typeof additionalProperties !== 'object' ? 'unknown' : additionalProperties === undefined || additionalProperties === true ? 'unknown' : `${typeOf(additionalProperties, depth + 1)} | undefined`;
  return `{\n${[...lines, `${indent}readonly [name: string]: ${rest};`].join('\n')}\n${'  '.repeat(depth)}}`;
}
