#!/usr/bin/env node
// Compares protocol/proto with the protocol's published fields, in test/specifications: every message, enum, field,
// number, type, label and oneof. Fields from 1000 on and Extensions.proto are ours and are listed, not compared.
//   node scripts/check-proto.mjs [folder with .proto files] [fields.json]
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PROTO = path.resolve(process.argv[2] ?? path.join(ROOT, 'protocol/proto'));
const SPECIFICATION = path.resolve(process.argv[3] ?? path.join(ROOT, 'test/specifications/openicf-protocol.fields.json'));
const FIRST_OWN_NUMBER = 1000;
const OWN_FILE = 'Extensions.proto';

/** Messages, enums and the files they stand in, as the specification lists them. */
function readProto(folder) {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => path.join(folder, path.basename(target));
  root.loadSync(readdirSync(folder).filter((file) => file.endsWith('.proto')).sort().map((file) => path.join(folder, file)), { keepCase: true });
  root.resolveAll();
  return root;
}

function nameIn(type, packageName) {
  return type.fullName.slice(packageName.length + 2);
}

function describeField(field, packageName) {
  return {
    number: field.id,
    type: field.resolvedType ? nameIn(field.resolvedType, packageName) : field.type,
    label: field.repeated ? 'repeated' : 'singular',
    oneof: field.partOf?.name ?? null,
  };
}

function collect(namespace, packageName, found) {
  for (const entry of namespace.nestedArray) {
    const name = nameIn(entry, packageName);
    if (entry instanceof protobuf.Enum) found.enums[name] = { ...entry.values };
    if (entry instanceof protobuf.Type) found.messages[name] = Object.fromEntries(entry.fieldsArray.map((field) => [field.name, describeField(field, packageName)]));
    if (entry instanceof protobuf.Enum || entry instanceof protobuf.Type) found.fileOf[name] = path.basename(entry.filename ?? entry.parent?.filename ?? '');
    if (entry.nestedArray) collect(entry, packageName, found);
  }
  return found;
}

/** Takes what is ours out of `found` and names it. */
function separateOwn(found) {
  const own = [];
  for (const [name, fields] of Object.entries(found.messages)) {
    if (found.fileOf[name] === OWN_FILE) {
      own.push(name);
      delete found.messages[name];
      continue;
    }
    for (const [field, { number }] of Object.entries(fields)) {
      if (number < FIRST_OWN_NUMBER) continue;
      own.push(`${name}.${field}`);
      delete fields[field];
    }
  }
  return own;
}

function compare(what, expected, actual, differences) {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const wanted = expected[name];
    const got = actual[name];
    if (got === undefined) differences.push(`${what}${name}: missing`);
    else if (wanted === undefined) differences.push(`${what}${name}: not in the specification`);
    else if (typeof wanted === 'object' && wanted !== null) compare(`${what}${name}.`, wanted, got, differences);
    else if (wanted !== got) differences.push(`${what}${name}: ${got} instead of ${wanted}`);
  }
}

const specification = JSON.parse(readFileSync(SPECIFICATION, 'utf8'));
const packageName = specification._meta.package;
const namespace = readProto(PROTO).lookup(packageName);
const differences = [];
if (namespace === null) {
  differences.push(`package ${packageName}: missing`);
} else {
  const found = collect(namespace, packageName, { messages: {}, enums: {}, fileOf: {} });
  const own = separateOwn(found);
  compare('message ', specification.messages, found.messages, differences);
  compare('enum ', specification.enums, found.enums, differences);
  for (const [name, file] of Object.entries(specification.fileOf)) {
    if (found.fileOf[name] !== undefined && found.fileOf[name] !== '' && found.fileOf[name] !== file) differences.push(`${name}: in ${found.fileOf[name]} instead of ${file}`);
  }
  console.log(`extensions of our own: ${own.sort().join(', ') || 'none'}`);
}
if (differences.length > 0) {
  for (const difference of differences) console.log(difference);
  process.exitCode = 1;
} else {
  console.log(`${Object.keys(specification.messages).length} messages, ${Object.keys(specification.enums).length} enums, no difference`);
}
