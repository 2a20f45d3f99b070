/** What the comments of an example.yaml say of each setting: `{ 'session.maxFrameSize': 'largest …' }`; what stands in a list is under `name[]`. */

const SETTING = /^( *)(- )?([A-Za-z][\w-]*):(?: (.*?))?(?: +# (.*))?$/;
/** A comment that goes on with the one of the line above begins this far to the right. */
const GOES_ON = /^ {20,}# ?(.*)$/;

/** Settings that are commented out, also twice, stand where they would. */
function uncommented(line) {
  let text = line;
  while (/^ *# +(?:# +)?(?:- )?[A-Za-z][\w-]*:(?: |$)/.test(text)) text = text.replace('# ', '');
  return text;
}

export function exampleComments(text) {
  const comments = new Map();
  const above = [];
  let last;
  for (const line of text.split('\n')) {
    const more = GOES_ON.exec(line);
    if (more !== null && last !== undefined && comments.has(last)) {
      comments.set(last, `${comments.get(last)} ${more[1]}`);
      continue;
    }
    const match = SETTING.exec(uncommented(line));
    if (match === null) continue;
    const [, indent, item, name, value = '', comment] = match;
    const depth = indent.length + (item === undefined ? 0 : 2);
    while (above.length > 0 && above.at(-1).depth >= depth) above.pop();
    const parent = above.at(-1);
    if (item !== undefined && parent !== undefined) parent.isList = true;
    last = [...above.map((one) => `${one.name}${one.isList ? '[]' : ''}`), name].join('.');
    above.push({ depth, name, isList: false });
    if (!comments.has(last)) comments.set(last, '');
    if (comment !== undefined && comments.get(last) === '') comments.set(last, comment);
    for (const [inner] of value.matchAll(/[A-Za-z]\w*(?=: )/g)) if (value.startsWith('{')) comments.set(`${last}.${inner}`, comments.get(`${last}.${inner}`) ?? '');
  }
  return comments;
}
