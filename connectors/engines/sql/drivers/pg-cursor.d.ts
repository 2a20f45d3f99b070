/** The part that is used; the package has no types of its own. */
declare module 'pg-cursor' {
  import type { CustomTypesConfig, FieldDef, Submittable } from 'pg';

  interface CursorResult { readonly fields: readonly FieldDef[] }
  class Cursor implements Submittable {
    constructor(text: string, values: readonly unknown[], config: { readonly rowMode: 'array'; readonly types: CustomTypesConfig });
    submit: Submittable['submit'];
    read(rows: number, answer: (error: Error | undefined, rows: readonly (readonly (string | null)[])[], result: CursorResult) => void): void;
    close(): Promise<void>;
  }
  export { Cursor as default };
}
