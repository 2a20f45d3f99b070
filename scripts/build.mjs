/** Generates the protobuf code and compiles everything to dist/. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
await run(process.execPath, ['scripts/gen-proto.mjs']);
await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
await run(process.execPath, ['scripts/gen-proto.mjs', '--copy-only']);
chmodSync(join(root, 'dist/deploy/cli/causeway.js'), 0o755);
