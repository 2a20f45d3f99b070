#!/usr/bin/env node
// Generates protocol/generated/messages.{js,d.ts} from protocol/proto and, where dist exists, copies the module there.
//   node scripts/gen-proto.mjs           only when a .proto file is newer than the module
//   node scripts/gen-proto.mjs --force   always
//   node scripts/gen-proto.mjs --copy-only   only copies what is there
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PROTO = path.join(ROOT, 'protocol/proto');
const OUT = path.join(ROOT, 'protocol/generated');
const PACKAGE = 'org.forgerock.openicf.common.protobuf';
// RPCMessages imports everything that is sent; the files left out are declared by the protocol and never used.
const ENTRY = path.join(PROTO, 'RPCMessages.proto');

const FLAGS = [
  '--target', 'static-module', '--wrap', 'esm', '--keep-case', '--dts', '--path', PROTO,
  // Message ids must fit a double anyway, and are checked when read.
  '--force-number',
  '--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-service',
];

function newest(files) {
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function isFresh(outputs) {
  if (!outputs.every((file) => existsSync(file))) return false;
  const sources = [...readdirSync(PROTO).map((file) => path.join(PROTO, file)), fileURLToPath(import.meta.url)];
  return newest(sources) <= Math.min(...outputs.map((file) => statSync(file).mtimeMs));
}

function compile(target) {
  const require = createRequire(import.meta.url);
  const pbjs = path.join(path.dirname(require.resolve('protobufjs-cli/package.json')), 'bin/pbjs');
  execFileSync(process.execPath, [pbjs, ...FLAGS, '--out', target, ENTRY], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Writes the whole file or none of it, so that a parallel reader never sees half a module. */
function replaceFile(file, text) {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/**
 * Adds an export `protobuf` for the messages, since nobody wants to spell the package out, and makes absent 64-bit fields
 * the number 0 as the types say; the generator makes them Long objects all the same.
 */
function finish(target, outputs) {
  const [js, dts] = outputs;
  const code = readFileSync(target, 'utf8').replaceAll(/\$util\.Long \? \$util\.Long\.fromBits\(0,0,(?:false|true)\) : 0/g, '0');
  replaceFile(js, `${code}\nexport const protobuf = ${PACKAGE};\n`);
  const types = readFileSync(target.replace(/\.js$/, '.d.ts'), 'utf8').replace('import Long = require("long");', 'import type Long from "long";');
  replaceFile(dts, `${types}\nexport import protobuf = ${PACKAGE};\n`);
}

const outputs = [path.join(OUT, 'messages.js'), path.join(OUT, 'messages.d.ts')];
const generate = process.argv.includes('--force') || !(process.argv.includes('--copy-only') || isFresh(outputs));
if (generate) {
  const scratch = path.join(OUT, `scratch-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    compile(path.join(scratch, 'messages.js'));
    finish(path.join(scratch, 'messages.js'), outputs);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const dist = path.join(ROOT, 'dist');
if (existsSync(dist)) {
  const folder = path.join(dist, 'protocol/generated');
  mkdirSync(folder, { recursive: true });
  copyFileSync(outputs[0], path.join(folder, 'messages.js'));
}
