// Days and moments as certificates write them, held against the calendar as the server does.

/** Whether it is a whole date of the calendar, `YYYY-MM-DD`, from the year 1. */
export function isDay(value) {
  const found = typeof value === "string" ? /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value) : null;
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  const made = new Date(Date.UTC(2000, 0, 1));
  made.setUTCFullYear(year, month - 1, day);
  return year >= 1 && made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

const MOMENT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|[+-]([0-9]{2})(?::?([0-9]{2}))?)$/;

/** Whether it is a date with a time and a zone, the zone as `Z`, `+02`, `+0200` or `+02:00`. */
export function isMoment(value) {
  const found = typeof value === "string" ? MOMENT.exec(value) : null;
  if (!found || !isDay(found[1])) return false;
  const [hour, minute, second, zoneHour, zoneMinute] = found.slice(2).map((part) => Number(part ?? 0));
  return hour < 24 && minute < 60 && second < 60 && zoneHour * 60 + zoneMinute < 24 * 60;
}

const LAST_SECOND = 253402300799;

/** The day after a moment (Unix seconds) in Greenwich; the last day of the calendar has none behind it. */
export const nextDay = (moment) =>
  new Date(Math.floor(Math.min(moment + 86400, LAST_SECOND)) * 1000).toISOString().slice(0, 10);

/** A date with a time behind it, as some states wrote them, without the time. */
export const withoutTime = (value) => value.replace(/T[0-9:.]+(?:Z|[+-][0-9:]+)?$/, "");
