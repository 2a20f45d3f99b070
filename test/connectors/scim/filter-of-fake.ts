type Fields = Readonly<Record<string, unknown>>;

/** Conditions the fake understands: RFC 7644, section 3.4.2.2, as far as SCIM 1.1 has it too. */
const TOKEN = /\s*(?:(\()|(\))|(and|or)\b|([\w.:]+) (eq|co|sw|gt|ge|lt|le) ("(?:[^"\\]|\\.)*"|[\w.]+))/y;

/** Attributes of an extension have its URN before them: RFC 7644, section 3.10. */
const stepsOf = (path: string): readonly string[] => (path.startsWith('urn:') ? [path.slice(0, path.lastIndexOf(':')), path.slice(path.lastIndexOf(':') + 1)] : path.split('.'));
const at = (value: unknown, path: string): unknown => stepsOf(path).reduce<unknown>((held, step) => (typeof held === 'object' && held !== null ? (held as Fields)[step] : undefined), value);

const OPERATORS: Readonly<Record<string, (held: string, asked: string) => boolean>> = {
  eq: (held, asked) => held === asked, co: (held, asked) => held.includes(asked), sw: (held, asked) => held.startsWith(asked),
  gt: (held, asked) => held > asked, ge: (held, asked) => held >= asked, lt: (held, asked) => held < asked, le: (held, asked) => held <= asked,
};

/** Texts compare without regard to case, as those of SCIM do unless their schema says otherwise. Undefined for what is no filter. */
export function filterOf(text: string): ((object: Fields) => boolean) | undefined {
  let place = 0;
  const next = (): RegExpExecArray | null => { TOKEN.lastIndex = place; return TOKEN.exec(text); };
  const primary = (): ((object: Fields) => boolean) => {
    const token = next();
    if (token === null) throw new SyntaxError(`no condition at ${place}`);
    place = TOKEN.lastIndex;
    if (token[1] !== undefined) {
      const inner = either();
      const end = next();
      if (end?.[2] === undefined) throw new SyntaxError(`no ) at ${place}`);
      place = TOKEN.lastIndex;
      return inner;
    }
    const [, , , , path, operator, literal] = token;
    if (path === undefined) throw new SyntaxError(`no condition at ${place}`);
    const asked = String(JSON.parse(literal!)).toLowerCase();
    return (object) => { const held = at(object, path); return typeof held === 'string' && OPERATORS[operator!]!(held.toLowerCase(), asked); };
  };
  const joined = (word: string, operand: () => (object: Fields) => boolean, join: (all: ((object: Fields) => boolean)[]) => (object: Fields) => boolean) => (): ((object: Fields) => boolean) => {
    const operands = [operand()];
    for (let token = next(); token?.[3] === word; token = next()) {
      place = TOKEN.lastIndex;
      operands.push(operand());
    }
    return join(operands);
  };
  const both = joined('and', primary, (all) => (object) => all.every((one) => one(object)));
  function either(): (object: Fields) => boolean { return joined('or', both, (all) => (object) => all.some((one) => one(object)))(); }
  try {
    const filter = either();
    return text.slice(place).trim() === '' ? filter : undefined;
  } catch {
    return undefined;
  }
}
