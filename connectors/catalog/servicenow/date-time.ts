import { ConnectorError } from '../../../protocol/model/index.js';

const DATE_TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/;

/** `yyyy-MM-dd HH:mm:ss` in UTC, as the Table API gives and takes times where display values are not asked for (https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0534905). */
export function dateTimeText(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds since 1970; NaN for no text at all. Throws `illegalArgument` for one that is no such time, a token from elsewhere say. */
export function dateTimeOf(text: string): number {
  const [, date, time] = DATE_TIME.exec(text) ?? [];
  const found = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(found) && text !== '') throw new ConnectorError('illegalArgument', `'${text.slice(0, 100)}' is no time of ServiceNow (yyyy-MM-dd HH:mm:ss, in UTC). Set a sync token like that, or none to begin anew.`);
  return found;
}
