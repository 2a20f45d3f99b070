import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Scrape } from './prometheus-text.js';

function get(url: string, headers: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers, signal: AbortSignal.timeout(20_000) }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
        .on('end', () => { resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }); });
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Text of `/metrics`. `stateDirectory`: of an agent, which lets in whoever can read its token. */
export async function metricsPage(base: string, stateDirectory?: string): Promise<string> {
  const token = stateDirectory === undefined ? '' : await readFile(join(stateDirectory, 'local/token'), 'utf8').catch(() => '');
  const { status, text } = await get(`${base}/metrics`, token === '' ? {} : { Authorization: `Bearer ${token.trim()}` });
  if (status !== 200) throw new Error(`${base}/metrics: ${status} ${text}`);
  return text;
}

export async function scrape(base: string, stateDirectory?: string): Promise<Scrape> {
  return new Scrape(await metricsPage(base, stateDirectory));
}
