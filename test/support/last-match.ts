/** The text a regular expression matched last in this process: V8 keeps it until the next match, and heap snapshots show it. */
export function lastMatchedText(): string {
  return (RegExp as unknown as { readonly $_: string }).$_;
}
