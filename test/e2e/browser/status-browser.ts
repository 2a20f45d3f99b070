import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CLI } from '../../support/causeway-processes.js';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's browser, without a window. Its sandbox needs a user who is not root. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'] });
}

/** A page with what it complained about. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, exceptions, and requests to anybody but the agent. */
  readonly complaints: string[];
}

export async function openPage(browser: Browser, look: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number; readonly height?: number } = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ colorScheme: look.colorScheme ?? 'light', viewport: { width: look.width ?? 1440, height: look.height ?? 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  page.on('request', (request) => { if (!request.url().startsWith('http://127.0.0.1:')) complaints.push(`asked ${request.url()}`); });
  page.on('dialog', (dialog) => { complaints.push(`dialog ${dialog.message()}`); void dialog.dismiss(); });
  return { page, context, complaints };
}

/** The link that opens the page, from the command as people run it. */
export async function statusLink(config: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'agent', 'status', '--link', '--config', config], { env: { ...process.env, NODE_OPTIONS: '' } });
  return stdout.trim();
}

/** What axe-core finds against WCAG 2 A and AA, as lines; contrast included. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe); // as the debugger does it: the page's own policy lets no script in
  const { violations, checked } = await page.evaluate<{ violations: string[]; checked: number }>(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations, passes }) => ({
    violations: violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + help + ' at ' + target.join(' ') + ': ' + failureSummary)), checked: passes.length }))`);
  if (checked < 10) throw new Error(`axe-core checked next to nothing: ${checked} rules`);
  return violations;
}

/** Whether something is wider than the window: the page would have to be moved sideways. */
export function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !node.closest('pre, .unseen, thead')).map((node) => node.tagName + '.' + node.className)`);
}
