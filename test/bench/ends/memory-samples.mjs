/** Loaded by `--import` into a process under measurement: writes what its memory is, ten times a second, to the file in `?file=`. */
import { appendFileSync } from 'node:fs';

const file = new URL(import.meta.url).searchParams.get('file');
setInterval(() => {
  const { rss, heapUsed, external } = process.memoryUsage();
  appendFileSync(file, `${Date.now()} ${rss} ${heapUsed} ${external}\n`);
}, 100).unref();
