// texts.ts: the page's words. One file per language, same keys (tools/check-texts.mjs holds them equal); {name} is filled in,
// and "en|flere" chooses by the number {n}.
import da from '../texts/da.json';
import en from '../texts/en.json';
import { keptValue, useValue } from './value.ts';

export type Language = 'da' | 'en';
export type Key = keyof typeof da;
export const language = keptValue<Language>('language', 'da', ['da', 'en']);

const LANGUAGES: Record<Language, Record<Key, string>> = { da, en };

export type Filling = Record<string, string | number>;
export type Say = (key: Key, filling?: Filling) => string;

export function say(key: Key, filling: Filling = {}): string {
	const forms = LANGUAGES[language.get()][key].split('|');
	const form = forms.length > 1 && filling.n !== 1 ? forms[1] : forms[0];
	return (form ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => String(filling[name] ?? whole));
}

export function isKey(key: string): key is Key {
	return key in da;
}

// The words in today's language; a component that asks is redrawn when it is switched.
export function useTexts(): { t: Say; language: Language } {
	return { t: say, language: useValue(language) };
}

function followLanguage(now: Language): void {
	document.documentElement.lang = now;
}
language.watch(followLanguage);
followLanguage(language.get());
