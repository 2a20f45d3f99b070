import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../../support/chain.js';
import { holdSearch, type HeldSearch } from '../../support/held-search.js';
import { csvProvisioner } from '../../support/provisioners.js';
import { until } from '../../support/until.js';
import { accessibilityFaults, launchBrowser, openPage, overflowOf, statusLink, type WatchedPage } from './status-browser.js';

const SCREENSHOTS = resolve(import.meta.dirname, '../../../var/screenshots');
const ROWS = 20_000;
const FILLING = 'x'.repeat(500);
const CSV = ['uid,firstName,lastName,email,badge,password', ...Array.from({ length: ROWS }, (_, row) => `p${row},${FILLING},Last,p${row}@example.com,${row},`), ''].join('\n');
/** A name that would be a picture, and run, if anything made markup of it. */
const HOSTILE = '<img src=x onerror=alert(1)>';
const SEARCH = '/openidm/system/csv/account?_queryFilter=true';
const POLICY = 'version: 1\ndefault: allow\nbrakes:\n  - {name: deletes, changes: [delete], limit: 5, window: 1h}\n';

let chain: Chain;
let browser: Browser;
let held: HeldSearch;
let config: string;

beforeAll(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  [chain, browser] = await Promise.all([startChain({ csv: CSV, policy: POLICY }), launchBrowser()]);
  config = chain.world.path('site1.yaml');
  const hostileFile = chain.world.path(`${HOSTILE.replace('/', '')}.csv`);
  await writeFile(hostileFile, 'uid\na\n');
  const strange = csvProvisioner(hostileFile, 'site1', {}, 'strange') as { objectTypes: Record<string, { nativeType: string; id: string }> };
  await chain.world.provisioner('strange', { ...strange, objectTypes: { account: strange.objectTypes['account'], odd: { ...strange.objectTypes['account'], id: HOSTILE, nativeType: HOSTILE } } });
  await chain.world.provisioner('gone', csvProvisioner('/srv/hr/export/people.csv', 'site1', {}, 'gone'));
  await chain.controller.systemReady('strange');
  await chain.rest.send('/openidm/system/gone/account?_queryFilter=true');
  await chain.rest.send('/openidm/system/strange/odd?_queryFilter=true');
  await chain.rest.send('/openidm/system/csv/account/nobody', { method: 'DELETE' });
  await chain.rest.ok('/openidm/system/csv/account/p19999', { method: 'DELETE' });
  for (let row = 0; row < 30; row += 1) await chain.rest.send(`/openidm/system/csv/account/p${row}`);
  held = holdSearch(chain.rest, SEARCH);
  await held.held;
}, 90_000);

afterAll(async () => {
  await browser.close();
  await chain.stop();
});

/** A page that shows the status. */
async function signedIn(look: Parameters<typeof openPage>[1] = {}): Promise<WatchedPage> {
  const opened = await openPage(browser, look);
  await opened.page.goto(await statusLink(config));
  await opened.page.locator('#content').waitFor({ state: 'visible' });
  return opened;
}

describe('the status page in a browser', () => {
  it('without a token shows nothing but what to do', async () => {
    const { page, context, complaints } = await openPage(browser);
    await page.goto(`${chain.agent.health.base}/`);
    await page.getByText('causeway agent status --link').waitFor();
    expect(await page.locator('#content').isVisible()).toBe(false);
    expect(await page.locator('body').innerText()).not.toContain('site1');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('a link works once: the second page is told so; the first shows no token in its address', async () => {
    const link = await statusLink(config);
    const first = await openPage(browser);
    await first.page.goto(link);
    await first.page.locator('#content').waitFor({ state: 'visible' });
    expect(first.page.url()).toBe(`${chain.agent.health.base}/`);
    await first.page.reload();
    await first.page.locator('#content').waitFor({ state: 'visible' });
    const second = await openPage(browser);
    await second.page.goto(link);
    await second.page.getByText('This link cannot be used any more').waitFor();
    expect(await second.page.locator('#content').isVisible()).toBe(false);
    await first.context.close();
    await second.context.close();
  });

  it('a token that is none any more: says so, forgets it, and a new link in the same page helps', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${chain.agent.health.base}/`);
    await page.evaluate("sessionStorage.setItem('causeway-status-token', 'of an earlier agent')");
    await page.reload();
    await page.getByText('The agent does not know this page any more').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.goto(await statusLink(config)); // only what follows # changes: no load
    await page.locator('#content').waitFor({ state: 'visible' });
    await context.close();
  });

  it('names with markup are shown as text', async () => {
    const { page, context, complaints } = await signedIn();
    const errors = page.locator('#errors');
    await expect.poll(() => errors.innerText()).toContain(HOSTILE);
    expect(await page.locator('#systems').innerText()).toContain(HOSTILE);
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('shows connection, systems, what runs, what failed, and safety', async () => {
    const { page, context, complaints } = await signedIn();
    const text = (id: string): Promise<string> => page.locator(`#${id}`).innerText();
    expect(await page.title()).toBe('site1 · Causeway agent');
    expect(await text('banner')).toMatch(/Connected[^]*wss:\/\/localhost/);
    expect(await text('connections')).toContain(chain.controller.gatewayUrl);
    expect(await text('systems')).toMatch(/csv[^]*people\.csv[^]*well/);
    expect(await text('systems')).toMatch(/\/srv\/hr\/export\/people\.csv\s+failing/);
    expect(await text('running')).toMatch(/search[^]*__ACCOUNT__/);
    expect(await text('errors')).toContain('there is no such object');
    expect(await text('safety')).toMatch(/Certificate[^]*days left[^]*Policy[^]*deletes[^]*Audit log[^]*Being written/);
    await expect.poll(() => text('chart-summary'), { timeout: 15_000 }).toMatch(/\d+ operations, [1-9]\d* failed; most at/);
    expect(await page.locator('#chart svg rect.failed').count()).toBeGreaterThan(0);
    const before = await text('fresh');
    await expect.poll(() => text('fresh'), { timeout: 10_000 }).not.toBe(before);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('can be walked through by keyboard, with the focus to be seen', async () => {
    const { page, context } = await signedIn();
    const focus = (): Promise<string> => page.evaluate<string>("document.activeElement.innerText + ' | ' + getComputedStyle(document.activeElement).outlineStyle");
    await page.keyboard.press('Tab');
    expect(await focus()).toBe('Skip to the status | solid');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focus()).toBe('Operations | solid');
    await page.keyboard.press('Tab');
    expect(await focus()).toBe('Entries | solid');
    await page.keyboard.press('Enter');
    expect(await page.locator('[aria-pressed="true"]').innerText()).toBe('Entries');
    await expect.poll(() => page.locator('#chart-summary').innerText()).toMatch(/entr(y|ies)/);
    await expect.poll(focus, { timeout: 5000 }).toBe('Entries | solid'); // what comes every two seconds does not take it away
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, width, height] of [['narrow', 390, 844], ['wide', 1440, 900]] as const) {
      it(`${colorScheme} and ${size}: no fault by axe-core, nothing beyond the edge, no complaint`, async () => {
        const { page, context, complaints } = await signedIn({ colorScheme, width, height });
        await expect.poll(() => page.locator('#chart-summary').innerText(), { timeout: 15_000 }).toMatch(/most at/);
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(await overflowOf(page)).toEqual([]);
        await page.screenshot({ path: join(SCREENSHOTS, `status-${colorScheme}-${size}.png`), fullPage: true });
        expect(complaints).toEqual([]);
        await context.close();
      });
    }
  }

  it('a lost controller, a stopping agent and a stopped one each look like it; a new start asks for a new link', async () => {
    const { page, context } = await signedIn();
    const banner = (): Promise<string> => page.locator('#banner').innerText();
    chain.agent.process.signal('SIGTERM');
    await expect.poll(banner, { timeout: 10_000 }).toMatch(/Stopping[^]*1 operation under way/);
    held.release();
    await held.result;
    await chain.agent.process.ended;
    await expect.poll(banner, { timeout: 10_000 }).toMatch(/The agent has stopped|The agent does not answer/);
    expect(await page.locator('#content').isVisible()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    await chain.agent.restart();
    await page.getByText('The agent does not know this page any more').waitFor({ timeout: 10_000 });
    await chain.controller.kill();
    await until(async () => !await chain.agent.isConnected(), 'the agent to lose its controller');
    await page.goto(await statusLink(config));
    await expect.poll(banner, { timeout: 10_000 }).toMatch(/Not connected[^]*keeps trying/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await context.close();
  });
});
