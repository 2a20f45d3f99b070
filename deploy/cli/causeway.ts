#!/usr/bin/env node
import { runCli } from '../../agent/cli/run-cli.js';
import { endWithClosedPipe } from '../../agent/cli/terminal/closed-pipe.js';
import { outputTo } from '../../agent/cli/terminal/output.js';
import { boundHeapGrowth } from './heap-growth.js';
import { causewayProgram } from './program.js';

boundHeapGrowth();
endWithClosedPipe();
process.exitCode = await runCli(causewayProgram(outputTo(process.stdout)), process.argv.slice(2), outputTo(process.stderr));
