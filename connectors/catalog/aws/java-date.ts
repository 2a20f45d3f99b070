/** A date of AWS as Java's Date shows it, in UTC: `Thu Jun 02 23:46:39 UTC 2022`. What is no date stays as it is. */
export function javaDate(text: string | undefined): string | undefined {
  const date = new Date(text ?? '');
  if (Number.isNaN(date.getTime())) return text;
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
