import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import type { BatchScript } from './messages.js';

/** Read as one expression, if it is one; else as statements, of which the last gives the value; else as a body that returns. */
export function compileScript(context: QuickJSContext, { parameters, text }: BatchScript): { readonly script: QuickJSHandle } | { readonly error: QuickJSHandle } {
  const head = `(function (${parameters.join(', ')}) {`;
  const expression = context.evalCode(`${head}return (${text.replace(/[;\s]+$/, '')}\n)})`, 'script');
  if (expression.error === undefined) return { script: expression.value };
  expression.error.dispose();
  const statements = context.evalCode(text, 'script', { type: 'global', compileOnly: true });
  if (statements.error === undefined) {
    statements.value.dispose();
    // eval: only it knows the value of a statement.
    return { script: context.unwrapResult(context.evalCode(`${head}return eval(${JSON.stringify(text)})})`, 'script')) };
  }
  const body = context.evalCode(`${head}${text}\n})`, 'script');
  if (body.error === undefined) {
    statements.error.dispose();
    return { script: body.value };
  }
  body.error.dispose();
  return { error: statements.error };
}
