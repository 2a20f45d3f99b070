import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { MetricDescription } from '../../../deploy/runtime/metrics/metrics-registry.js';
import { agentSample, controllerSample } from '../../monitoring/sample-pages.js';
import { parseExposition } from '../../support/prometheus-text.js';

interface Rule { readonly alert: string; readonly expr: string; readonly for?: string; readonly labels: Record<string, string>; readonly annotations: Record<string, string> }
interface Case { readonly alert: string; readonly series: Record<string, string>; readonly quiet: Record<string, string>; readonly labels: Record<string, string> }
interface GridPos { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
interface Target { readonly refId: string; readonly expr: string; readonly datasource: unknown }
interface Panel { readonly id: number; readonly type: string; readonly title: string; readonly description?: string; readonly gridPos: GridPos; readonly targets?: readonly Target[]; readonly datasource?: unknown; readonly fieldConfig?: { readonly defaults: { readonly unit?: string } } }

const file = (path: string): string => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');
const page = file('docs/monitoring.md');
const rules = (parse(file('deploy/monitoring/alerts.yaml')) as { groups: { name: string; rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const cases = parse(file('test/monitoring/alert-cases.yaml')) as Case[];
const dashboard = JSON.parse(file('deploy/monitoring/grafana-dashboard.json')) as Record<string, unknown> & { panels: Panel[]; templating: { list: { name: string; type: string; query: unknown }[] } };

/** Of Prometheus itself: on every series, or on those of histograms. */
const EVERYWHERE = ['instance', 'job', 'le'];

let described: readonly MetricDescription[] = [];
let samples: readonly { readonly body: string; readonly described: readonly MetricDescription[] }[] = [];
beforeAll(async () => {
  samples = [await agentSample(), await controllerSample()];
  described = samples.flatMap((sample) => sample.described);
});

/** The metrics an expression names, each with the labels it matches by. */
function named(expression: string): { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expression.matchAll(/\b(causeway_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', matchers = '']) => ({
    name, labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** What is wrong with the names in an expression. */
function unknownIn(expression: string): string[] {
  const problems = named(expression).flatMap(({ name, labels }) => {
    const metric = described.find((one) => one.name === name || (one.type === 'histogram' && ['_bucket', '_sum', '_count'].some((suffix) => `${one.name}${suffix}` === name)));
    if (metric === undefined) return [`no metric ${name}`];
    return labels.filter((label) => !metric.labels.includes(label) && !EVERYWHERE.includes(label)).map((label) => `${name} has no label ${label}`);
  });
  const all = new Set([...described.flatMap(({ labels }) => labels), ...EVERYWHERE]);
  const grouped = [...expression.matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
  return [...problems, ...grouped.filter((label) => !all.has(label)).map((label) => `no label ${label}`)];
}

describe('the metrics', () => {
  it('are named as Prometheus advises, and explained', () => {
    for (const { name, type, help, labels } of described) {
      expect(name).toMatch(/^causeway_(agent|controller)_[a-z][a-z_]*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, name).not.toMatch(/_(ms|milliseconds|kb|mb|percent|days)(_|$)/);
      expect(help.length, name).toBeGreaterThan(10);
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
    expect(new Set(described.map(({ name }) => name)).size).toBe(described.length);
  });

  it('all have a sample on the sample pages, with exactly the labels they are said to have', () => {
    for (const { body, described: own } of samples) {
      const families = parseExposition(body);
      expect([...families.keys()].sort()).toEqual(own.map(({ name }) => name).sort());
      for (const { name, type, labels } of own) {
        const family = families.get(name)!;
        expect(family.type, name).toBe(type);
        if (name.endsWith('gc_pause_seconds')) continue; // no garbage, no sample
        expect(family.samples.length, name).toBeGreaterThan(0);
        for (const sample of family.samples) expect(Object.keys(sample.labels).filter((label) => label !== 'le').sort(), name).toEqual([...labels].sort());
      }
    }
  });

  it('are all in the tables of docs/monitoring.md as they are, and nothing else is', () => {
    const rows = [...page.matchAll(/^\| `(causeway_\w+)` \| (\w+) \| ([^|]*) \| (.+) \|$/gm)].map(([, name, type, labels = '', help = '']) => ({ name, type, help: help.replaceAll('\\|', '|').replaceAll('&lt;', '<'), labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) }));
    expect(rows, 'node scripts/monitoring-files.mjs makes them').toEqual(described.map(({ name, type, help, labels }) => ({ name, type, help, labels: [...labels] })));
  });

  it('are named rightly in the text of the page', () => {
    const questions = [...page.matchAll(/`([^`\n]*causeway_[^`\n]*)`/g)].map(([, text = '']) => text).filter((text) => !/^causeway_\w+_$/.test(text));
    expect(questions.flatMap(unknownIn)).toEqual([]);
  });
});

describe('the alert rules', () => {
  it('name metrics and labels that there are', () => {
    expect(rules.flatMap(({ alert, expr }) => unknownIn(expr).map((problem) => `${alert}: ${problem}`))).toEqual([]);
  });

  it('each say what it is, how bad, and where to read on', () => {
    const headings = new Set([...page.matchAll(/^### (\w+)$/gm)].map(([, heading = '']) => heading));
    expect([...headings].sort()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const { alert, labels, annotations } of rules) {
      expect(['warning', 'critical'], alert).toContain(labels['severity']);
      expect(Object.keys(annotations).sort(), alert).toEqual(['description', 'runbook_url', 'summary']);
      expect(annotations['runbook_url']).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
    }
  });

  it('each have a case in which they fire and one in which they do not, of metrics that there are', () => {
    expect(cases.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, series, quiet } of cases) {
      expect(Object.keys(quiet).length, alert).toBeGreaterThan(0);
      const problems = [...Object.keys(series), ...Object.keys(quiet)].flatMap(unknownIn);
      expect(problems, alert).toEqual([]);
    }
  });

  it('use in their texts only labels that the alert has', () => {
    for (const { alert, annotations } of rules) {
      const used = [...Object.values(annotations).join(' ').matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
      const { labels } = cases.find((one) => one.alert === alert)!;
      expect(used.filter((label) => !Object.hasOwn(labels, label)), alert).toEqual([]);
      expect(Object.values(annotations).join(' '), alert).not.toMatch(/\{\{(?! \$labels\.\w+ \}\})/);
    }
  });
});

describe('the Grafana dashboard', () => {
  it('has what Grafana asks of a dashboard', () => {
    expect(dashboard).toMatchObject({
      id: null, uid: expect.stringMatching(/^[\w-]{1,40}$/) as string, title: expect.any(String) as string, schemaVersion: expect.any(Number) as number, version: 1,
      time: { from: expect.any(String) as string, to: 'now' }, timepicker: {}, tags: expect.any(Array) as unknown[], annotations: { list: expect.any(Array) as unknown[] },
    });
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([['datasource', 'datasource'], ['agent', 'query'], ['connector', 'query'], ['controller', 'query']]);
  });

  it('is what its script makes', async () => {
    const { grafanaDashboard } = await import(join(import.meta.dirname, '../../../scripts/grafana-dashboard.mjs')) as { grafanaDashboard(): unknown };
    expect(dashboard, 'node scripts/monitoring-files.mjs makes it').toEqual(grafanaDashboard());
  });

  it('has panels that are whole, and none on top of another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['Overview', 'Operations', 'Streams', 'Connections', 'Health', 'Controller']);
    const taken = new Map<string, string>();
    for (const { title, type, description, gridPos: { x, y, w, h }, targets = [], datasource, fieldConfig } of panels) {
      expect(x >= 0 && w > 0 && h > 0 && x + w <= 24, title).toBe(true);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          expect(taken.get(`${column} ${row}`), `${title} lies on another panel`).toBeUndefined();
          taken.set(`${column} ${row}`, title);
        }
      }
      if (type === 'row') continue;
      expect(['stat', 'timeseries', 'heatmap'], title).toContain(type);
      expect(description, title).toMatch(/\.$/);
      expect(datasource, title).toEqual({ type: 'prometheus', uid: '${datasource}' });
      expect(fieldConfig?.defaults.unit, title).toBeDefined();
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
  });

  it('asks for metrics and labels that there are, and for every variable it names', () => {
    const variables = new Set(dashboard.templating.list.map(({ name }) => name));
    const queries = [...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)), ...dashboard.templating.list.map(({ query }) => JSON.stringify(query).replaceAll('\\"', '"'))];
    expect(queries.flatMap(unknownIn)).toEqual([]);
    const used = queries.flatMap((query) => [...query.matchAll(/\$(\w+)/g)].map(([, name = '']) => name)).filter((name) => !name.startsWith('__'));
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
  });
});
