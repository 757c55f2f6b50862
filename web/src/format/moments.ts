// Moments and spans in words. `now` is passed in, so that what is shown can be tested and ages together.
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** “3 h 20 min”, “45 s”: the two largest units at most. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < minute) return `${s} s`;
  if (s < hour) return s < 10 * minute && s % minute !== 0 ? `${Math.floor(s / minute)} min ${s % minute} s` : `${Math.floor(s / minute)} min`;
  if (s < day) return s % hour >= minute ? `${Math.floor(s / hour)} h ${Math.floor((s % hour) / minute)} min` : `${Math.floor(s / hour)} h`;
  if (s < 3 * day && s % day >= hour) return `${Math.floor(s / day)} d ${Math.floor((s % day) / hour)} h`;
  const days = Math.floor(s / day);
  return days > 730 ? 'years' : `${days} days`;
}

function coarse(seconds: number, whole: (value: number) => number): string {
  if (seconds < minute) return `${Math.max(1, whole(seconds))} s`;
  if (seconds < hour) return `${whole(seconds / minute)} min`;
  if (seconds < day) return `${whole(seconds / hour)} h`;
  const days = whole(seconds / day);
  return days === 1 ? '1 day' : `${days} days`;
}

const dateForm = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const shortDateForm = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const timeForm = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exactForm = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const exactly = (at: number): string => exactForm.format(at);
export const timeOfDay = (at: number): string => timeForm.format(at);

/** “just now”, “5 min ago”, “in 2 h”, a date when it is more than four weeks off. */
export function ago(at: number, now: number): string {
  const seconds = (now - at) / 1000;
  if (Math.abs(seconds) < 5) return 'just now';
  if (Math.abs(seconds) > 28 * day) return dateForm.format(at);
  // A week that has just begun still has seven days.
  return seconds > 0 ? `${coarse(seconds, Math.floor)} ago` : `in ${coarse(-seconds, Math.round)}`;
}

/** The day of a moment, as a heading: “Today”, “Yesterday”, “3 Nov”. */
export function dayOf(at: number, now: number): string {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  if (at >= midnight.getTime()) return 'Today';
  if (at >= midnight.getTime() - day * 1000) return 'Yesterday';
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? shortDateForm.format(at) : dateForm.format(at);
}
