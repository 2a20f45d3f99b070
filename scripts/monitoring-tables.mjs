/** The tables of docs/monitoring.md. */

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** `metrics`: as the registry describes them, in the order they are made in. */
export function metricsTable(metrics) {
  const rows = metrics.map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`);
  return ['| metric | type | labels | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The page with its tables as they are now; they stand between comments. Throws when a comment is missing. */
export function withTables(page, described) {
  let text = page;
  for (const [name, metrics] of Object.entries(described)) {
    const [begin, end] = [`<!-- metrics of the ${name}: made by scripts/monitoring-files.mjs -->`, `<!-- end of the metrics of the ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/monitoring.md has no place for the metrics of the ${name}`);
    text = `${text.slice(0, from + begin.length)}\n\n${metricsTable(metrics)}\n\n${text.slice(to)}`;
  }
  return text;
}
