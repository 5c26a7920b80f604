// clock.ts: what time it is for the page. The server's clock decides, not the workstation's: a deadline must read the same on
// every desk, and a server living in simulated time must be believed. Days are days in Copenhagen.
import { Value } from './value.ts';

const ZONE = 'Europe/Copenhagen';
const DAY_MS = 86_400_000;

let offsetMs = 0;
export const minute = new Value(0); // moves when a minute has passed or the server's clock was heard: redraw what counts days

export function now(): number {
	return Date.now() + offsetMs;
}

export function hearServer(instant: string | null | undefined): void {
	const heard = instant ? Date.parse(instant) : NaN;
	if (Number.isNaN(heard)) return;
	const offset = heard - Date.now();
	if (Math.abs(offset - offsetMs) < 30_000) return; // the Date header has whole seconds, and the way takes its time
	offsetMs = offset;
	minute.set(minute.get() + 1);
}

setInterval(() => minute.set(minute.get() + 1), 60_000);

const dayParts = new Intl.DateTimeFormat('en-CA', {
	timeZone: ZONE,
	year: 'numeric',
	month: '2-digit',
	day: '2-digit',
});
const timeParts = new Intl.DateTimeFormat('da-DK', {
	timeZone: ZONE,
	hour: '2-digit',
	minute: '2-digit',
	hour12: false,
});

// The local date "2026-12-11" of an instant; a FHIR date stays itself.
export function dayOf(when: string | number): string {
	if (typeof when === 'string' && when.length <= 10) return when;
	return dayParts.format(typeof when === 'number' ? when : Date.parse(when));
}

export function today(): string {
	return dayOf(now());
}

// The last day on which a deadline is kept: an instant at midnight ends the day before it.
export function dueDay(when: string): string {
	return when.length <= 10 ? when : dayOf(Date.parse(when) - 1);
}

export function timeOf(when: string): string {
	if (when.length <= 10) return '';
	const time = timeParts.format(Date.parse(when)).replace(':', '.');
	return time === '00.00' || time === '24.00' ? '' : time;
}

export function daysFromTo(from: string, to: string): number {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

export function addDays(day: string, count: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

// The first weekday from this day on. Holidays are the server's to know.
export function weekdayFrom(day: string): string {
	let one = day;
	while ([0, 6].includes(new Date(`${one}T12:00:00Z`).getUTCDay())) one = addDays(one, 1);
	return one;
}

export function daysUntil(day: string): number {
	return daysFromTo(today(), day);
}

// "11. dec", with the year only where it is not this one; "11 Dec" in English.
export function shortDay(day: string, language: string): string {
	const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', day: 'numeric', month: 'short' };
	if (day.slice(0, 4) !== today().slice(0, 4)) options.year = 'numeric';
	const locale = language === 'da' ? 'da-DK' : 'en-GB';
	return new Intl.DateTimeFormat(locale, options).format(Date.parse(`${day}T12:00:00Z`)).replace(/\.$/, '');
}

export function longDay(day: string, language: string): string {
	const options: Intl.DateTimeFormatOptions = {
		timeZone: 'UTC',
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric',
	};
	return new Intl.DateTimeFormat(language === 'da' ? 'da-DK' : 'en-GB', options).format(
		Date.parse(`${day}T12:00:00Z`),
	);
}

export function dayAndTime(when: string, language: string): string {
	const time = timeOf(when);
	return time
		? `${shortDay(dayOf(when), language)} ${language === 'da' ? 'kl. ' : ''}${time}`
		: shortDay(dayOf(when), language);
}

// "2/11", "02-11-2026", "021126", "2. nov", "i dag", "i går": a date as people type it. Null where it is none.
// Without a year it is the nearest such day; with `past` the nearest that is not later than tomorrow.
export function readDay(typed: string, past: boolean): string | null {
	const text = typed.trim().toLowerCase();
	const words: Record<string, number> = {
		'i dag': 0,
		idag: 0,
		today: 0,
		'i går': -1,
		igår: -1,
		yesterday: -1,
		'i morgen': 1,
		imorgen: 1,
		tomorrow: 1,
	};
	const word = words[text];
	if (word !== undefined) return addDays(today(), word);
	const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
	if (iso) return realDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
	const packed = /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(text);
	const spaced = /^(\d{1,2})[./\- ]+(\d{1,2}|[a-zæøå]{3,9})\.?(?:[./\- ]+(\d{2}|\d{4}))?\.?$/.exec(text);
	const parts = packed ?? spaced;
	if (!parts) return null;
	const month = monthOf(parts[2] ?? '');
	if (!month) return null;
	if (parts[3])
		return realDay(parts[3].length === 2 ? 2000 + Number(parts[3]) : Number(parts[3]), month, Number(parts[1]));
	return nearestYear(month, Number(parts[1]), past);
}

// "8.20", "08:20", "820", "8": a time as people type it, as "08:20". Null where it is none.
export function readTime(typed: string): string | null {
	const parts = /^(?:kl\.?\s*)?(\d{1,2})(?:[.:]?(\d{2}))?$/i.exec(typed.trim());
	if (!parts) return null;
	const [hour, minutes] = [Number(parts[1]), Number(parts[2] ?? 0)];
	if (hour > 23 || minutes > 59) return null;
	return `${String(hour).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'maj', 'jun', 'jul', 'aug', 'sep', 'okt', 'nov', 'dec'];

function monthOf(text: string): number {
	if (/^\d+$/.test(text)) return Number(text);
	const start = text.slice(0, 3).replace('may', 'maj').replace('oct', 'okt');
	return MONTHS.indexOf(start) + 1;
}

function nearestYear(month: number, day: number, past: boolean): string | null {
	const year = Number(today().slice(0, 4));
	const all = [year - 1, year, year + 1].map((one) => realDay(one, month, day)).filter((one) => one !== null);
	const fit = past ? all.filter((one) => daysUntil(one) <= 1) : all;
	return fit.sort((a, b) => Math.abs(daysUntil(a)) - Math.abs(daysUntil(b)))[0] ?? null;
}

function realDay(year: number, month: number, day: number): string | null {
	const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
	const read = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === text ? text : null;
}

// Day and hour of the local clock as an instant with Copenhagen's offset at that moment: "2026-11-24T08:20:00+01:00".
export function localInstant(day: string, time: string): string {
	const naive = Date.parse(`${day}T${time}:00Z`);
	const offset = zoneOffsetMinutes(naive - zoneOffsetMinutes(naive) * 60_000);
	const sign = offset < 0 ? '-' : '+';
	const pad = (n: number) => String(n).padStart(2, '0');
	return `${day}T${time}:00${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
}

const zoneParts = new Intl.DateTimeFormat('en-GB', {
	timeZone: ZONE,
	hourCycle: 'h23',
	year: 'numeric',
	month: '2-digit',
	day: '2-digit',
	hour: '2-digit',
	minute: '2-digit',
});

function zoneOffsetMinutes(at: number): number {
	const part = Object.fromEntries(zoneParts.formatToParts(at).map((p) => [p.type, p.value]));
	const local = Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:00Z`);
	return Math.round((local - Math.floor(at / 60_000) * 60_000) / 60_000);
}

export function ageAt(birth: string): number {
	const on = today();
	const had = on.slice(5) >= birth.slice(5);
	return Number(on.slice(0, 4)) - Number(birth.slice(0, 4)) - (had ? 0 : 1);
}
