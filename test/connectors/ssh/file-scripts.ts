/** Accounts as files of one line of JSON in ~/accounts, named by the hexadecimal form of the uid. For the contract suite. */
const COMMON = String.raw`
const hex = (text) => [...encodeURIComponent(text)].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
const shell = (source, words, options = {}) => connection.exec(['/bin/sh', '-c', 'mkdir -p accounts && cd accounts && ' + source, 'sh', ...words], options);
`;

export const FILE_SCRIPTS: Readonly<Record<string, string>> = {
  'Create.js': `${COMMON}
    const end = await shell('set -C; cat > "$1"', [hex(id)], { stdin: JSON.stringify({ id, attributes }) + '\\n' });
    if (end.exitCode !== 0) throw icf.error('alreadyExists', id + ' is there already: ' + end.stderr);
    return id;
  `,
  'Update.js': `${COMMON}
    const read = await shell('cat "$1"', [hex(uid)], { readOnly: true });
    if (read.exitCode !== 0) throw icf.error('unknownUid', uid + ' is not there.');
    const known = JSON.parse(read.stdout);
    const end = await shell('cat > "$1"', [hex(uid)], { stdin: JSON.stringify({ ...known, attributes: { ...known.attributes, ...attributes } }) + '\\n' });
    if (end.exitCode !== 0) throw icf.error('connector', end.stderr);
    return uid;
  `,
  'Delete.js': `${COMMON}
    const end = await shell('rm "$1"', [hex(uid)]);
    if (end.exitCode !== 0) throw icf.error('unknownUid', uid + ' is not there.');
  `,
  'Search.js': `
    for await (const line of connection.lines(['/bin/sh', '-c', 'mkdir -p accounts && cd accounts && cat -- * 2>/dev/null || true'])) {
      const { id, attributes } = JSON.parse(line);
      if (await handler({ uid: id, name: id, attributes }) === false) break;
    }
  `,
  'Schema.js': `return { objectClasses: [{ type: icf.ACCOUNT, attributes: { __NAME__: 'String', mail: 'String', team: 'String', groups: { type: 'String', multivalued: true } } }] };`,
  'Test.js': `const { exitCode } = await connection.exec(['/usr/bin/id'], { readOnly: true }); if (exitCode !== 0) throw icf.error('connector', 'no id');`,
};
