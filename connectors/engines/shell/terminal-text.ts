/** What readline switches bracketed paste on and off with (XTerm Control Sequences); it stands between prompt and output. */
const PASTE_MARKS = ['\u001b[?2004h', '\u001b[?2004l\r', '\u001b[?2004l'];
const LONGEST_MARK = 9;

/** `buffered` with `text` after it, without readline's marks, those that came in two parts included. */
export function withoutPasteMarks(buffered: string, text: string): string {
  const joint = Math.max(0, buffered.length - LONGEST_MARK);
  let fresh = buffered.slice(joint) + text;
  if (!fresh.includes('\u001b[?2004')) return buffered + text;
  for (const mark of PASTE_MARKS) fresh = fresh.replaceAll(mark, '');
  return buffered.slice(0, joint) + fresh;
}
